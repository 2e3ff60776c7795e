using DmaGrains.Model;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The outcome of one step in a byte: 0, an errno, or one of the words below.</summary>
internal readonly record struct Answer(byte Code)
{
    private const byte LeastWord = 251;

    /// <summary>The step was granted.</summary>
    public static Answer Ok => default;

    /// <summary>The step was skipped because of an earlier refusal.</summary>
    public static Answer Skipped => new(255);

    /// <summary>The importer crashed here.</summary>
    public static Answer Crash => new(254);

    /// <summary>The importer hung here.</summary>
    public static Answer Hang => new(253);

    /// <summary>The step broke an invariant of the model.</summary>
    public static Answer Broken => new(252);

    /// <summary>The step waits for others forever.</summary>
    public static Answer Waits => new(LeastWord);

    /// <summary>Whether it is an errno.</summary>
    public bool IsRefusal => Code is not 0 and < LeastWord;

    /// <summary>The errno of a refusal.</summary>
    public Errno Errno => (Errno)Code;

    /// <summary>The outcome of an executed step.</summary>
    public static Answer Of(Refusal? refusal) => refusal is null ? Ok : new(checked((byte)refusal.Errno));

    /// <summary>The outcome as reports spell it.</summary>
    public override string ToString() =>
        this == Ok ? Vocabulary.Ok
        : this == Skipped ? StepReport.Skipped
        : IsRefusal ? Errno.ToString()
        : Code switch
        {
            254 => "crash",
            253 => "hang",
            252 => "broken",
            _ => "waits",
        };
}
