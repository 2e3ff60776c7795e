namespace DmaGrains.Model.Buffers;

/// <summary>
/// An export in progress: it either asks a question or is decided, like a <see cref="CommandStep"/>. <see cref="BufferExports.Begin"/>
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

    /// <summary>The next question; null when the export is decided.</summary>
    public ExportQuestion? Question { get; }

    /// <summary>The buffer, or the refusal.</summary>
    /// <exception cref="InvalidOperationException">The export still has a <see cref="Question"/>.</exception>
    public DmaResult<DmaBuffer> Decided => Question is null
        ? _decided
        : throw new InvalidOperationException($"The export is not decided: it asks {Question.GetType().Name}.");

    /// <summary>An export that is decided.</summary>
    public static implicit operator ExportStep(DmaResult<DmaBuffer> decided) => new(null, decided);

    /// <summary>An export that asks something.</summary>
    public static implicit operator ExportStep(ExportQuestion question) => new(question, default);
}
