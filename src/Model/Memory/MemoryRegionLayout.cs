using System.Numerics;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>A region of a board's memory as it is before any buffer exists.</summary>
/// <param name="Name">Unique on the board.</param>
/// <param name="Kind">What kind of memory it is.</param>
/// <param name="Range">Its page frames, below 2^40 because no address has more than 52 bits.</param>
/// <param name="ReservedEveryPages">The period, in pages, at which the kernel itself holds pages; 0 when it holds none.</param>
/// <param name="ReservedPages">Pages held at the start of each period, fewer than the period.</param>
[GenerateSerializer, Immutable, Alias("dma.region")]
public sealed record MemoryRegionLayout(
    string Name, MemoryKind Kind, PageExtent Range, ulong ReservedEveryPages = 0, ulong ReservedPages = 0)
{
    /// <summary>For <see cref="MemoryKind.Vram"/>: the device whose memory it is.</summary>
    [Id(0)]
    public string? Device { get; init; }

    /// <summary>For <see cref="MemoryKind.Vram"/>: the bus on which peers reach it; null when only its device does.</summary>
    [Id(1)]
    public string? PeerBus { get; init; }

    /// <summary>The kernel's page order, in which memory is handed out: 0, 2 or 4 for 4, 16 or 64 KiB; the same for all regions of a board.</summary>
    [Id(2)]
    public int PageOrder { get; init; }

    /// <summary>
    /// The size of the kernel's page blocks in bytes, a power of two. A contiguous area is created only if it starts and ends on a block. 0
    /// when not stated; <see cref="PageBlock"/> then follows from the page order.
    /// </summary>
    [Id(3)]
    public ulong PageBlockBytes { get; init; }

    /// <summary>
    /// For a contiguous area: the largest alignment of ranges (CONFIG_CMA_ALIGNMENT), in bytes, a power of two. A range is aligned to its
    /// length, rounded up to a power of two, but at most to this. 0 when not stated: <see cref="AreaAlignment"/> is then the kernel's default,
    /// on which nothing is built.
    /// </summary>
    [Id(4)]
    public ulong AreaAlignmentBytes { get; init; }

    /// <summary>The largest alignment of ranges in bytes: as stated, or 2^8 pages (kernel/dma/Kconfig, CMA_ALIGNMENT).</summary>
    public ulong AreaAlignment => AreaAlignmentBytes == 0 ? (ulong)Page.SizeOf(PageOrder) << 8 : AreaAlignmentBytes;

    /// <summary>For <see cref="MemoryKind.Vram"/>: what peers may do with it.</summary>
    [Id(5)]
    public PeerAccess PeerAccess { get; init; }

    /// <summary>For <see cref="MemoryKind.Vram"/>: how peers get its addresses.</summary>
    [Id(6)]
    public PeerPath PeerPath { get; init; }

    /// <summary>
    /// For a contiguous area or a carve-out: the devices whose own it is (<c>memory-region</c> in a device tree). Only buffers that one of
    /// them exports lie there: those that name it, and those that name nothing (<see cref="NamedRegions.AreasOf"/>). Empty when it is
    /// everybody's. For a bounce pool: the devices for which everything is copied through it (<c>restricted-dma-pool</c>).
    /// </summary>
    /// <remarks>
    /// Source: drivers/of/of_reserved_mem.c (of_reserved_mem_device_init_by_idx), kernel/dma/contiguous.c (dev_get_cma_area),
    /// kernel/dma/swiotlb.c (rmem_swiotlb_device_init).
    /// </remarks>
    [Id(7)]
    public NameList Users { get; init; }

    /// <summary>Whether it is a bounce pool of some devices alone.</summary>
    public bool IsRestrictedPool => Kind == MemoryKind.Bounce && !Users.IsEmpty;

    /// <summary>
    /// For the bounce pool: the areas that it is divided into, a power of two, each of whole sets of slots. 0 when not stated: then one, as in
    /// each pool with users.
    /// </summary>
    /// <remarks>
    /// Source: kernel/dma/swiotlb.c, swiotlb_adjust_nareas: one for each CPU, rounded up to a power of two, or as <c>swiotlb=</c> says;
    /// rmem_swiotlb_device_init: one.
    /// </remarks>
    [Id(8)]
    public int Areas { get; init; }

    /// <summary>The areas of the bounce pool: as stated, or one.</summary>
    public int AreaCount => Math.Max(1, Areas);

    /// <summary>The alignment of the start and end of contiguous areas, in bytes; 0 when they may lie anywhere.</summary>
    public ulong PageBlock => PageBlockBytes == 0 ? PageBlockOf(PageOrder) : PageBlockBytes;

    /// <summary>The page frame number at which every region must end at the latest.</summary>
    public const ulong EndPfnMax = 1UL << 40;

    /// <summary>The most free runs that the fresh regions of a board may have together.</summary>
    public const ulong FreeRunsMax = 1 << 20;

    /// <summary>
    /// The longest block of a page allocator, in pages of 4 KiB: order 10 of 4 KiB, 11 of 16 KiB, 13 of 64 KiB (arch/arm64/Kconfig,
    /// ARCH_FORCE_MAX_ORDER; arch/loongarch has the same).
    /// </summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static ulong SystemBlockPages(int pageOrder) => 1UL << pageOrder << (pageOrder switch { 0 => 10, 2 => 11, _ => 13 });

    /// <summary>
    /// The default size of page blocks, in bytes: as on arm64, 32 MiB with pages of 16 KiB and 512 MiB with pages of 64 KiB
    /// (pageblock_order, include/linux/pageblock-flags.h). 0 with pages of 4 KiB: areas may then lie anywhere.
    /// </summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static ulong PageBlockOf(int pageOrder) => pageOrder == 0 ? 0 : SystemBlockPages(pageOrder) << Page.Shift;

    /// <summary>The longest block of this region, in pages of 4 KiB.</summary>
    public ulong BlockPages => Kind == MemoryKind.System ? SystemBlockPages(PageOrder) : Range.PageCount;

    /// <summary>
    /// The alignment, in bytes, that a contiguous area misses, so that the kernel does not create it; null for an aligned area and for
    /// other memory (kernel/dma/contiguous.c, rmem_cma_setup: "incorrect alignment of CMA region").
    /// </summary>
    public ulong? MissedPageBlock =>
        Kind == MemoryKind.Contiguous && PageBlock is > 0 and var block
        && ((Range.Address.Value | Range.SizeBytes) & (block - 1)) != 0
            ? block
            : null;

    /// <summary>Whether a run lies in this region.</summary>
    public bool Contains(PageExtent extent) =>
        extent.FirstPfn >= Range.FirstPfn && extent.EndPfn <= Range.EndPfn;

    /// <summary>Whether the region is that device's own memory.</summary>
    public bool IsOwnOf(string device) => Kind == MemoryKind.Vram && Device == device;

    /// <summary>Whether the region is the memory of some other device, a peer of that one.</summary>
    public bool IsOfAPeer(string device) => Kind == MemoryKind.Vram && Device != device;

    /// <summary>Whether peers may move data that way: <see cref="PeerAccess"/> is asked nowhere else.</summary>
    /// <param name="direction">From the peer's point of view, as in a map.</param>
    public bool LetsPeers(DmaDirection direction) => PeerAccess switch
    {
        PeerAccess.Write => direction == DmaDirection.FromDevice,
        PeerAccess.Read => direction == DmaDirection.ToDevice,
        _ => true,
    };

    /// <summary>An upper bound for the number of free runs of the fresh region.</summary>
    public ulong FreeRunCount => MissedPageBlock is not null ? 0 : ReservedEveryPages == 0 ? 1 : (Range.PageCount / ReservedEveryPages) + 1;

    /// <summary>The pages that the kernel itself holds, or all pages of an area that the kernel does not create.</summary>
    public ulong ReservedPageCount => MissedPageBlock is not null ? Range.PageCount
        : ReservedEveryPages == 0 ? 0
        : (Range.PageCount / ReservedEveryPages * ReservedPages) + Math.Min(Range.PageCount % ReservedEveryPages, ReservedPages);

    /// <summary>The free runs of the fresh region, in address order.</summary>
    public IEnumerable<PageExtent> FreeRuns()
    {
        if (MissedPageBlock is not null)
        {
            yield break;
        }

        if (ReservedEveryPages == 0)
        {
            yield return Range;
            yield break;
        }

        for (var first = Range.FirstPfn; first < Range.EndPfn; first += ReservedEveryPages)
        {
            var end = Math.Min(Range.EndPfn, first + ReservedEveryPages);
            if (first + ReservedPages < end)
            {
                yield return new(first + ReservedPages, end - first - ReservedPages);
            }
        }
    }

    /// <summary>Null when the region is valid.</summary>
    /// <returns>EINVAL naming Region, Kind, Range, PageSize, PageBlock, CmaAlignment, Reserved, Areas, Device, PeerBus, PeerAccess, Users or PeerPath.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Region") is { } bad)
        {
            return bad;
        }

        // Not by Enum.IsDefined, which is compiled at each start that reads a board, in 1 ms.
        if (Kind is < MemoryKind.System or > MemoryKind.Bounce)
        {
            return Refusal.Of(Errno.EINVAL, nameof(Kind), $"Region {Name}: kind {(int)Kind} is not known.");
        }

        if (Range.PageCount == 0 || Range.FirstPfn >= EndPfnMax || Range.PageCount > EndPfnMax - Range.FirstPfn)
        {
            return Refusal.Of(Errno.EINVAL, nameof(Range), $"Region {Name} is empty or reaches beyond 52-bit addresses.");
        }

        return CheckPages() ?? CheckReserved() ?? CheckAreas() ?? CheckDevice() ?? CheckUsers();
    }

    private Refusal? CheckAreas() =>
        Areas == 0 ? null
        : Kind != MemoryKind.Bounce ? Refusal.Of(Errno.EINVAL, nameof(Areas), $"Region {Name} states areas: expected only for the bounce pool.")
        : Areas > 1 && !Users.IsEmpty ? Refusal.Of(Errno.EINVAL, nameof(Areas), $"Region {Name} is a bounce pool with users and has {Areas} areas: expected one.")
        : SwiotlbPool.CheckAreas(Range.SizeBytes, Areas) is { } refusal ? refusal with { Reason = $"Region {Name}: {refusal.Reason}" }
        : null;

    private Refusal? CheckUsers()
    {
        if (Users.IsEmpty)
        {
            return null;
        }

        if (Kind is not (MemoryKind.Contiguous or MemoryKind.Carveout or MemoryKind.Bounce))
        {
            return Refusal.Of(Errno.EINVAL, nameof(Users), $"Region {Name} states users: expected only for a contiguous area, a carve-out or a bounce pool.");
        }

        return Users.Names.Select(user => ModelName.Check(user, nameof(Users))).FirstOrDefault(bad => bad is not null)
            ?? (Users.Names.Distinct().Count() == Users.Names.Length
                ? null
                : Refusal.Of(Errno.EINVAL, nameof(Users), $"Region {Name} names a user twice: expected each device once."));
    }

    private Refusal? CheckPages()
    {
        if (!Page.IsOrder(PageOrder))
        {
            return Refusal.Of(Errno.EINVAL, "PageSize", $"Region {Name} has pages of order {PageOrder}: expected 0, 2 or 4, for 4096, 16384 or 65536 bytes.");
        }

        if (PageBlockBytes != 0 && (!BitOperations.IsPow2(PageBlockBytes) || PageBlockBytes < Page.SizeOf(PageOrder)))
        {
            return new(
                Errno.EINVAL, null, "PageBlock", PageBlockBytes, Page.SizeOf(PageOrder),
                $"Region {Name} has page blocks of {PageBlockBytes} bytes: expected a power of two of at least a page, {Page.SizeOf(PageOrder)} bytes.");
        }

        if (AreaAlignmentBytes != 0 && (!BitOperations.IsPow2(AreaAlignmentBytes) || AreaAlignmentBytes < Page.SizeOf(PageOrder)))
        {
            return new(
                Errno.EINVAL, null, "CmaAlignment", AreaAlignmentBytes, Page.SizeOf(PageOrder),
                $"Region {Name} aligns ranges to {AreaAlignmentBytes} bytes: expected a power of two of at least a page, {Page.SizeOf(PageOrder)} bytes.");
        }

        var rest = (Range.FirstPfn | Range.PageCount | ReservedEveryPages | ReservedPages) & ((1UL << PageOrder) - 1);
        return rest == 0
            ? null
            : Refusal.Of(
                Errno.EINVAL, nameof(Range),
                $"Region {Name} at {Range.Address} of {Range.SizeBytes} bytes: expected its start, its size and what is reserved of it in whole pages of {Page.SizeOf(PageOrder)} bytes.");
    }

    private Refusal? CheckReserved()
    {
        if (ReservedEveryPages == 0 ? ReservedPages != 0 : ReservedPages >= ReservedEveryPages)
        {
            return Refusal.Of(
                Errno.EINVAL, "Reserved",
                $"Region {Name} reserves {ReservedPages} of every {ReservedEveryPages} pages: expected fewer pages than the period.");
        }

        // A slot of the pool and a page of the kernel would be the same page.
        return Kind == MemoryKind.Bounce && ReservedPages != 0
            ? Refusal.Of(Errno.EINVAL, "Reserved", $"Region {Name} is the bounce pool and reserves pages: expected none.")
            : null;
    }

    private Refusal? CheckDevice()
    {
        if (Kind != MemoryKind.Vram)
        {
            return Device is null && PeerBus is null && PeerAccess == PeerAccess.ReadWrite && PeerPath == PeerPath.Pages
                ? null
                : Refusal.Of(
                    Errno.EINVAL, Device is not null ? nameof(Device) : PeerBus is not null ? nameof(PeerBus) : PeerAccess != PeerAccess.ReadWrite ? nameof(PeerAccess) : nameof(PeerPath),
                    $"Region {Name} states a device, a peer bus or how peers use it: expected only for a device's own memory (vram).");
        }

        if (!Enum.IsDefined(PeerAccess))
        {
            return Refusal.Of(Errno.EINVAL, nameof(PeerAccess), $"Region {Name}: peer access {(int)PeerAccess} is not known.");
        }

        if (!Enum.IsDefined(PeerPath))
        {
            return Refusal.Of(Errno.EINVAL, nameof(PeerPath), $"Region {Name}: peer path {(int)PeerPath} is not known.");
        }

        return ModelName.Check(Device, nameof(Device))
            ?? (PeerBus is null ? null : ModelName.Check(PeerBus, nameof(PeerBus)));
    }
}
