using System.Diagnostics.Metrics;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Grains.Measuring;

/// <summary>How often commands of each kind ended in each way.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CommandCounts
{
    private static readonly RememberedKind[] _remembered = Enum.GetValues<RememberedKind>();
    private static readonly CommandOutcome[] _outcomes = Enum.GetValues<CommandOutcome>();

    private static readonly KeyValuePair<string, object?>[] _kindLabels =
    [
        .. _remembered.Select(kind => Vocabulary.Spelt(kind.ToString())).Append("test_map").Append("none")
            .Select(kind => new KeyValuePair<string, object?>("dmagrains.command.kind", kind)),
    ];

    private static readonly KeyValuePair<string, object?>[] _outcomeLabels =
    [
        .. _outcomes.Select(outcome => new KeyValuePair<string, object?>("dmagrains.command.outcome", Vocabulary.Spelt(outcome.ToString()))),
    ];

    private readonly long[] _counts = new long[_kindLabels.Length * _outcomes.Length];

    /// <summary>The place of test maps.</summary>
    public static int TestMap { get; } = _remembered.Length;

    /// <summary>The place of requests that have no command of one kind.</summary>
    public static int NoKind { get; } = _remembered.Length + 1;

    /// <summary>The place of a kind. Kinds are numbered from 0, without gaps.</summary>
    public static int Of(RememberedKind kind) => (int)kind;

    /// <summary>The label of a place.</summary>
    public static KeyValuePair<string, object?> LabelOf(int kind) => _kindLabels[kind];

    /// <summary>Counts a command.</summary>
    public void Add(int kind, CommandOutcome outcome) => Interlocked.Increment(ref _counts[(kind * _outcomes.Length) + (int)outcome]);

    /// <summary>What has happened at all.</summary>
    public IEnumerable<Measurement<long>> Read()
    {
        for (var place = 0; place < _counts.Length; place++)
        {
            if (Volatile.Read(ref _counts[place]) is > 0 and var count)
            {
                yield return new(count, _kindLabels[place / _outcomes.Length], _outcomeLabels[place % _outcomes.Length]);
            }
        }
    }
}

/// <summary>How a command ended.</summary>
internal enum CommandOutcome
{
    /// <summary>Granted, and durable.</summary>
    Granted = 0,

    /// <summary>Refused.</summary>
    Refused,

    /// <summary>Its first reply was given once more.</summary>
    Repeated,

    /// <summary>It was not answered: the storage or another grain failed.</summary>
    Failed,
}
