namespace DmaGrains.Model.Buffers;

/// <summary>
/// An export on its way: it asks something, or it is decided, as a <see cref="CommandStep"/> is for commands. <see cref="BufferExports.Begin"/>
/// starts one.
/// </summary>
public readonly struct ExportStep
{
    private readonly DmaResult<DmaBuffer> _decided;

    private ExportStep(ExportQuestion? question, DmaResult<DmaBuffer> decided)
    {
        Question = question;
        _decided = decided;
    }

    /// <summary>What has to be answered next; null when the export is decided.</summary>
    public ExportQuestion? Question { get; }

    /// <summary>The buffer, or why there is none.</summary>
    /// <exception cref="InvalidOperationException">There is a <see cref="Question"/>.</exception>
    public DmaResult<DmaBuffer> Decided => Question is null
        ? _decided
        : throw new InvalidOperationException($"The export is not decided: it asks {Question.GetType().Name}.");

    /// <summary>An export that is decided.</summary>
    public static implicit operator ExportStep(DmaResult<DmaBuffer> decided) => new(null, decided);

    /// <summary>An export that asks something.</summary>
    public static implicit operator ExportStep(ExportQuestion question) => new(question, default);
}
