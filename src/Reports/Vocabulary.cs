using System.Collections.Immutable;
using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Reports;

/// <summary>The words that files, commands and reports use for values.</summary>
/// <remarks>Each is made when it is first asked for: its code is compiled then, and most commands need few of them.</remarks>
public static class Vocabulary
{
    /// <summary>The outcome of what was granted.</summary>
    public const string Ok = "ok";

    /// <summary>Spells a member of the model, or a value of an enumeration, as files and reports do.</summary>
    public static string Spelt(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>Options of a map.</summary>
    public static Vocabulary<MapOptions> Options => field ??= new()
    {
        ["no-bounce"] = MapOptions.NoBounce,
        ["require-coherent"] = MapOptions.RequireCoherent,
        ["defer-flush"] = MapOptions.DeferFlush,
        ["own-space"] = MapOptions.OwnSpace,
    };

    /// <summary>Ways in which an attachment may access a buffer.</summary>
    public static Vocabulary<BufferAccess> Accesses => field ??= new()
    {
        ["map"] = BufferAccess.Map,
        ["scatterlist"] = BufferAccess.Scatterlist,
        ["pfns"] = BufferAccess.Pfns,
    };

    /// <summary>Which way data moves: to a device, from it, or both. The CPU reads with from-device and writes with to-device.</summary>
    public static Vocabulary<DmaDirection> Directions => field ??= new()
    {
        ["to-device"] = DmaDirection.ToDevice,
        ["from-device"] = DmaDirection.FromDevice,
        ["bidirectional"] = DmaDirection.Bidirectional,
    };

    /// <summary>How unset DMA parameters are read.</summary>
    public static Vocabulary<ParameterDefaults> Getters => field ??= new()
    {
        ["v6.1"] = ParameterDefaults.V61,
        ["rfcv3"] = ParameterDefaults.RfcV3,
        ["direct"] = ParameterDefaults.Direct,
    };

    /// <summary>Kinds of memory regions, from least to most scarce.</summary>
    public static Vocabulary<MemoryKind> MemoryKinds => field ??= new()
    {
        ["system"] = MemoryKind.System,
        ["contiguous"] = MemoryKind.Contiguous,
        ["carveout"] = MemoryKind.Carveout,
        ["vram"] = MemoryKind.Vram,
        ["stolen"] = MemoryKind.Stolen,
        ["protected"] = MemoryKind.Protected,
        ["bounce"] = MemoryKind.Bounce,
    };

    /// <summary>Where an MMU's address space looks for free addresses.</summary>
    public static Vocabulary<IovaPolicy> IovaPolicies => field ??= new()
    {
        ["top-down"] = IovaPolicy.TopDown,
        ["first-fit"] = IovaPolicy.FirstFit,
        ["round-robin"] = IovaPolicy.RoundRobin,
    };

    /// <summary>The alignment of bases in an MMU's address space.</summary>
    public static Vocabulary<IovaAlignment> IovaAlignments => field ??= new()
    {
        ["size"] = IovaAlignment.Size,
        ["granule"] = IovaAlignment.Granule,
    };

    /// <summary>When a freed range of addresses may be handed out again.</summary>
    public static Vocabulary<IovaReuse> IovaReuses => field ??= new()
    {
        ["strict"] = IovaReuse.Strict,
        ["lazy"] = IovaReuse.Lazy,
    };

    /// <summary>What peers may do with video memory.</summary>
    public static Vocabulary<PeerAccess> PeerAccesses => field ??= new()
    {
        ["read-write"] = PeerAccess.ReadWrite,
        ["write"] = PeerAccess.Write,
        ["read"] = PeerAccess.Read,
    };

    /// <summary>How peers get the addresses of video memory.</summary>
    public static Vocabulary<PeerPath> PeerPaths => field ??= new()
    {
        ["pages"] = PeerPath.Pages,
        ["host-bridge"] = PeerPath.HostBridge,
        ["bus-address"] = PeerPath.BusAddress,
    };

    /// <summary>Who owns an MMU's tables.</summary>
    public static Vocabulary<StageOwner> StageOwners => field ??= new()
    {
        ["dma-api"] = StageOwner.DmaApi,
        ["driver"] = StageOwner.Driver,
    };

    /// <summary>How well MMUs isolate a device.</summary>
    public static Vocabulary<Isolation> Isolations => field ??= new()
    {
        ["none"] = Isolation.None,
        ["shared"] = Isolation.Shared,
        ["own"] = Isolation.Own,
        ["per-context"] = Isolation.PerContext,
    };

    /// <summary>Rough classes of importers (thread #58).</summary>
    public static Vocabulary<ImporterClass> ImporterClasses => field ??= new()
    {
        ["contiguous"] = ImporterClass.Contiguous,
        ["scatter-gather"] = ImporterClass.ScatterGather,
        ["weird"] = ImporterClass.Weird,
    };

    /// <summary>Outcomes of a step: null for ok, or the errno of its refusal.</summary>
    public static Vocabulary<Errno?> Outcomes => field ??= new(
        Enum.GetValues<Errno>()
            .Select(errno => KeyValuePair.Create(errno.ToString(), (Errno?)errno))
            .Prepend(new(Ok, null)));

    /// <summary>The words of a map's options.</summary>
    public static ImmutableArray<string> Of(MapOptions options) =>
        [.. Options.Where(option => options.HasFlag(option.Value)).Select(option => option.Key)];
}
