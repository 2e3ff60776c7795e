namespace DmaGrains.Model.Buffers;

/// <summary>
/// A command on its way: it asks something, or it is decided. The model alone knows what is asked, and in which order; a driver answers
/// until nothing is asked any more. <see cref="DmaBuffer.Begin"/> starts one.
/// </summary>
public readonly struct CommandStep
{
    private readonly Transition _decided;

    private CommandStep(CommandQuestion? question, Transition decided)
    {
        Question = question;
        _decided = decided;
    }

    /// <summary>What has to be answered next; null when the command is decided.</summary>
    public CommandQuestion? Question { get; }

    /// <summary>What the command came to.</summary>
    /// <exception cref="InvalidOperationException">There is a <see cref="Question"/>.</exception>
    public Transition Decided => Question is null
        ? _decided
        : throw new InvalidOperationException($"The command is not decided: it asks for {Question.Kind}.");

    /// <summary>A command that is decided.</summary>
    public static implicit operator CommandStep(Transition decided) => new(null, decided);

    /// <summary>A command that asks something.</summary>
    public static implicit operator CommandStep(CommandQuestion question) => new(question, default);

    /// <summary>The command for trial: memory and MMUs keep nothing, and its outcome leads to something else.</summary>
    /// <param name="then">What it leads to.</param>
    internal CommandStep Tried(Func<Transition, CommandStep> then) => Question is null ? then(_decided) : new(Question.Tried(then), default);
}
