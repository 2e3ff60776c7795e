using System.Collections.Immutable;
using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Reports;

/// <summary>The words that files and commands are written in.</summary>
public static class Vocabulary
{
    /// <summary>How files and reports spell a member of the model, or a value of one of its enumerations.</summary>
    public static string Spelt(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>What a map asks for beyond its direction.</summary>
    public static Vocabulary<MapOptions> Options { get; } = new()
    {
        ["no-bounce"] = MapOptions.NoBounce,
        ["require-coherent"] = MapOptions.RequireCoherent,
        ["defer-flush"] = MapOptions.DeferFlush,
        ["own-space"] = MapOptions.OwnSpace,
    };

    /// <summary>How an attachment may get at a buffer.</summary>
    public static Vocabulary<BufferAccess> Accesses { get; } = new()
    {
        ["map"] = BufferAccess.Map,
        ["scatterlist"] = BufferAccess.Scatterlist,
        ["pfns"] = BufferAccess.Pfns,
    };

    /// <summary>Which way data moves: to a device, from it, or both; the CPU reads what comes from a device, and writes what goes to it.</summary>
    public static Vocabulary<DmaDirection> Directions { get; } = new()
    {
        ["to-device"] = DmaDirection.ToDevice,
        ["from-device"] = DmaDirection.FromDevice,
        ["bidirectional"] = DmaDirection.Bidirectional,
    };

    /// <summary>How unset DMA parameters are read.</summary>
    public static Vocabulary<ParameterDefaults> Getters { get; } = new()
    {
        ["v6.1"] = ParameterDefaults.V61,
        ["rfcv3"] = ParameterDefaults.RfcV3,
        ["direct"] = ParameterDefaults.Direct,
    };

    /// <summary>What a region of memory is, from least to most scarce.</summary>
    public static Vocabulary<MemoryKind> MemoryKinds { get; } = new()
    {
        ["system"] = MemoryKind.System,
        ["contiguous"] = MemoryKind.Contiguous,
        ["carveout"] = MemoryKind.Carveout,
        ["vram"] = MemoryKind.Vram,
        ["stolen"] = MemoryKind.Stolen,
        ["protected"] = MemoryKind.Protected,
        ["bounce"] = MemoryKind.Bounce,
    };

    /// <summary>Where an MMU's address space looks for room.</summary>
    public static Vocabulary<IovaPolicy> IovaPolicies { get; } = new()
    {
        ["top-down"] = IovaPolicy.TopDown,
        ["first-fit"] = IovaPolicy.FirstFit,
        ["round-robin"] = IovaPolicy.RoundRobin,
    };

    /// <summary>What a base in an MMU's address space is a multiple of.</summary>
    public static Vocabulary<IovaAlignment> IovaAlignments { get; } = new()
    {
        ["size"] = IovaAlignment.Size,
        ["granule"] = IovaAlignment.Granule,
    };

    /// <summary>When a freed range of addresses may be handed out again.</summary>
    public static Vocabulary<IovaReuse> IovaReuses { get; } = new()
    {
        ["strict"] = IovaReuse.Strict,
        ["lazy"] = IovaReuse.Lazy,
    };

    /// <summary>What peers may do with video memory.</summary>
    public static Vocabulary<PeerAccess> PeerAccesses { get; } = new()
    {
        ["read-write"] = PeerAccess.ReadWrite,
        ["write"] = PeerAccess.Write,
        ["read"] = PeerAccess.Read,
    };

    /// <summary>Who keeps an MMU's tables.</summary>
    public static Vocabulary<StageOwner> StageOwners { get; } = new()
    {
        ["dma-api"] = StageOwner.DmaApi,
        ["driver"] = StageOwner.Driver,
    };

    /// <summary>How well MMUs keep a device from memory that it has nothing to do with.</summary>
    public static Vocabulary<Isolation> Isolations { get; } = new()
    {
        ["none"] = Isolation.None,
        ["shared"] = Isolation.Shared,
        ["own"] = Isolation.Own,
        ["per-context"] = Isolation.PerContext,
    };

    /// <summary>What a device takes, in a word (thread #58).</summary>
    public static Vocabulary<ImporterClass> ImporterClasses { get; } = new()
    {
        ["contiguous"] = ImporterClass.Contiguous,
        ["scatter-gather"] = ImporterClass.ScatterGather,
        ["weird"] = ImporterClass.Weird,
    };

    /// <summary>How a step ends: null for ok, or the code it is refused with.</summary>
    public static Vocabulary<Errno?> Outcomes { get; } = new(
        Enum.GetValues<Errno>()
            .Select(errno => KeyValuePair.Create(errno.ToString(), (Errno?)errno))
            .Prepend(new("ok", null)));

    /// <summary>The words of a map's options.</summary>
    public static ImmutableArray<string> Of(MapOptions options) =>
        [.. Options.Where(option => options.HasFlag(option.Value)).Select(option => option.Key)];
}
