namespace DmaGrains.Model.Buffers;

/// <summary>
/// A command in progress: it either asks a question or is decided. The model alone determines the questions and their order; a driver
/// answers until none is left. <see cref="DmaBuffer.Begin"/> starts one.
/// </summary>
public readonly struct CommandStep
{
    private readonly Transition _decided;

    private CommandStep(CommandQuestion? question, Transition decided)
    {
        Question = question;
        _decided = decided;
    }

    /// <summary>The next question; null when the command is decided.</summary>
    public CommandQuestion? Question { get; }

    /// <summary>The command's outcome.</summary>
    /// <exception cref="InvalidOperationException">The command still has a <see cref="Question"/>.</exception>
    public Transition Decided => Question is null
        ? _decided
        : throw new InvalidOperationException($"The command is not decided: it asks for {Question.Kind}.");

    /// <summary>A command that is decided.</summary>
    public static implicit operator CommandStep(Transition decided) => new(null, decided);

    /// <summary>A command that asks something.</summary>
    public static implicit operator CommandStep(CommandQuestion question) => new(question, default);

    /// <summary>The command as a trial, which leaves nothing held in memory or MMUs.</summary>
    /// <param name="then">Continues with the outcome of the trial.</param>
    internal CommandStep Tried(Func<Transition, CommandStep> then) => Question is null ? then(_decided) : new(Question.Tried(then), default);
}
