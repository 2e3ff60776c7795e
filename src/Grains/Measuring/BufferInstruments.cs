using System.Diagnostics.Metrics;
using DmaGrains.Grains.Buffers.Debts;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage.Measuring;

namespace DmaGrains.Grains.Measuring;

/// <summary>What buffers measure. Nothing is labelled with the name of a board, a buffer, a device or a caller.</summary>
internal static class BufferInstruments
{
    // Counted here and read when somebody looks: an instrument that is told of each would cost a command five times as much.
    private static readonly CommandCounts _commands = new();

    private static readonly Counter<long> _refusals = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.buffer.refusals", "{refusal}", "Commands that buffers refused, by errno and field.");

    private static readonly Counter<long> _maps = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.buffer.maps", "{map}", "Maps that were granted, by the way from the device to the pages.");

    private static readonly Counter<long> _migrations = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.buffer.migrations", "{migration}", "Storages that moved for an importer that came late.");

    private static readonly Counter<long> _hazards = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.buffer.hazards", "{hazard}", "What the kernel would let happen silently, by kind.");

    static BufferInstruments()
    {
        StorageInstruments.Meter.CreateObservableUpDownCounter(
            "dmagrains.buffer.debts",
            () => Debts.Sum(debts => debts.Count),
            "{buffer}",
            "Buffers that owe pages or addresses because giving them back failed; they are asked again.");
        StorageInstruments.Meter.CreateObservableCounter(
            "dmagrains.buffer.commands", _commands.Read, "{command}", "Commands that buffers answered, by kind and outcome.");
    }

    /// <summary>What the silos of this process take note of.</summary>
    public static Living<BufferDebts> Debts { get; } = new();

    /// <summary>A buffer answered a command.</summary>
    /// <param name="kind">The command's kind.</param>
    /// <param name="reply">The reply.</param>
    public static void Answered(RememberedKind kind, in DmaResult<DmaReply> reply)
    {
        Count(CommandCounts.Of(kind), reply.Refusal);
        if (reply.TryGetValue(out var granted) && granted.Mapping is { HandsOver: true } mapping)
        {
            _maps.Add(1, new KeyValuePair<string, object?>("dmagrains.map.way", WayOf(mapping)));
        }
    }

    /// <summary>A buffer answered a test map.</summary>
    /// <param name="reply">The reply.</param>
    public static void AnsweredTest(in DmaResult<DmaReply> reply) => Count(CommandCounts.TestMap, reply.Refusal);

    /// <summary>A buffer refused a request as a whole, which has no command of one kind.</summary>
    /// <param name="refusal">Why.</param>
    public static void RefusedAll(Refusal refusal) => Count(CommandCounts.NoKind, refusal);

    /// <summary>A buffer gave the first reply once more.</summary>
    /// <param name="kind">The command's kind.</param>
    public static void Repeated(RememberedKind kind) => _commands.Add(CommandCounts.Of(kind), CommandOutcome.Repeated);

    /// <summary>What a command decided could not be stored, so that its caller has no reply.</summary>
    /// <param name="kind">The command's kind.</param>
    public static void Failed(RememberedKind kind) => _commands.Add(CommandCounts.Of(kind), CommandOutcome.Failed);

    /// <summary>What became of a buffer is durable.</summary>
    /// <param name="before">The buffer before; null before its first export.</param>
    /// <param name="after">The buffer now.</param>
    public static void Changed(DmaBuffer? before, DmaBuffer after)
    {
        // Another export begins without either.
        if (before is null || !after.Continues(before))
        {
            return;
        }

        if (after.Costs.Migrations - before.Costs.Migrations is > 0 and var moved)
        {
            _migrations.Add(moved);
        }

        if (after.Hazards != before.Hazards)
        {
            CountHazards(before, after);
        }
    }

    private static string WayOf(Mapping mapping) => mapping.Mapped switch
    {
        { Bounces.IsEmpty: false } => "bounced",
        { Stages.IsEmpty: false } => "translated",
        _ => "direct",
    };

    private static void Count(int kind, Refusal? refusal)
    {
        _commands.Add(kind, refusal is null ? CommandOutcome.Granted : CommandOutcome.Refused);
        if (refusal is not null)
        {
            _refusals.Add(
                1,
                CommandCounts.LabelOf(kind),
                new("error.type", Errnos.Of(refusal.Errno)),
                new("dmagrains.refusal.field", FieldLabels.Of(refusal)));
        }
    }

    /// <summary>Hazards keep their places: one is added at the end, or counted where it is.</summary>
    private static void CountHazards(DmaBuffer before, DmaBuffer after)
    {
        for (var place = 0; place < after.Hazards.Length; place++)
        {
            var (hazard, counted) = (after.Hazards[place], place < before.Hazards.Length ? before.Hazards[place].Count : 0);
            if (hazard.Count > counted)
            {
                _hazards.Add((long)(hazard.Count - counted), new KeyValuePair<string, object?>("dmagrains.hazard.kind", Labels<HazardKind>.Of(hazard.Kind)));
            }
        }
    }

    private static class Errnos
    {
        private static readonly Dictionary<Errno, string> _names = Enum.GetValues<Errno>().ToDictionary(errno => errno, errno => errno.ToString());

        public static string Of(Errno errno) => _names[errno];
    }
}
