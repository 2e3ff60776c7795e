using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>The words that files and commands are written in.</summary>
public static class Words
{
    /// <summary>What a step does.</summary>
    public static OrderedDictionary<string, StepKind> Verbs { get; } = new()
    {
        ["attach"] = StepKind.Attach,
        ["map"] = StepKind.Map,
        ["unmap"] = StepKind.Unmap,
        ["detach"] = StepKind.Detach,
        ["release"] = StepKind.Release,
        ["revoke"] = StepKind.Revoke,
    };

    /// <summary>Which way a map moves data.</summary>
    public static OrderedDictionary<string, DmaDirection> Directions { get; } = new()
    {
        ["to-device"] = DmaDirection.ToDevice,
        ["from-device"] = DmaDirection.FromDevice,
        ["bidirectional"] = DmaDirection.Bidirectional,
    };

    /// <summary>How unset DMA parameters are read.</summary>
    public static OrderedDictionary<string, DmaGetters> Getters { get; } = new()
    {
        ["v6.1"] = DmaGetters.V61,
        ["rfcv3"] = DmaGetters.RfcV3,
        ["direct"] = DmaGetters.Direct,
    };

    /// <summary>How a step ends: null for ok, or the code it is refused with.</summary>
    public static OrderedDictionary<string, Errno?> Outcomes { get; } = new(
        Enum.GetValues<Errno>()
            .Select(errno => KeyValuePair.Create(errno.ToString(), (Errno?)errno))
            .Prepend(new("ok", null)));

    /// <summary>The verb of a step.</summary>
    public static string Of(StepKind kind) => Verbs.First(verb => verb.Value == kind).Key;
}
