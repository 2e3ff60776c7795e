using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>A region of a board's memory as it is before any buffer exists.</summary>
/// <param name="Name">Unique on the board.</param>
/// <param name="Kind">What kind of memory it is.</param>
/// <param name="Range">Its frames; below 2^40, as no address has more than 52 bits.</param>
/// <param name="ReservedEveryPages">Period of what the kernel itself holds, in pages; 0 when it holds nothing.</param>
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

    /// <summary>Frames beyond which no region may reach.</summary>
    public const ulong EndPfnMax = 1UL << 40;

    /// <summary>Most free runs that the fresh regions of a board may have together.</summary>
    public const ulong FreeRunsMax = 1 << 20;

    /// <summary>The longest block of a <see cref="MemoryKind.System"/> region, in pages: order 10.</summary>
    public const ulong SystemBlockPages = 1024;

    /// <summary>Pages that one block of this region can hold at most.</summary>
    public ulong BlockPages => Kind == MemoryKind.System ? SystemBlockPages : Range.PageCount;

    /// <summary>Whether a run lies in this region.</summary>
    public bool Contains(PageExtent extent) =>
        extent.FirstPfn >= Range.FirstPfn && extent.EndPfn <= Range.EndPfn;

    /// <summary>Whether it is the memory of that device.</summary>
    public bool IsOwnOf(string device) => Kind == MemoryKind.Vram && Device == device;

    /// <summary>How many free runs the fresh region has at most.</summary>
    public ulong FreeRunCount => ReservedEveryPages == 0 ? 1 : (Range.PageCount / ReservedEveryPages) + 1;

    /// <summary>Pages that the kernel itself holds of it.</summary>
    public ulong ReservedPageCount => ReservedEveryPages == 0
        ? 0
        : (Range.PageCount / ReservedEveryPages * ReservedPages) + Math.Min(Range.PageCount % ReservedEveryPages, ReservedPages);

    /// <summary>The free runs of the fresh region, in address order.</summary>
    public IEnumerable<PageExtent> FreeRuns()
    {
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

    /// <summary>Null when the region can exist.</summary>
    /// <returns>EINVAL naming Region, Kind, Range, Reserved, Device or PeerBus.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Region") is { } bad)
        {
            return bad;
        }

        if (!Enum.IsDefined(Kind))
        {
            return Refusal.Of(Errno.EINVAL, nameof(Kind), $"Region {Name}: kind {(int)Kind} is not known.");
        }

        if (Range.PageCount == 0 || Range.FirstPfn >= EndPfnMax || Range.PageCount > EndPfnMax - Range.FirstPfn)
        {
            return Refusal.Of(Errno.EINVAL, nameof(Range), $"Region {Name} is empty or reaches beyond 52-bit addresses.");
        }

        return CheckReserved() ?? CheckDevice();
    }

    private Refusal? CheckReserved()
    {
        if (ReservedEveryPages == 0 ? ReservedPages != 0 : ReservedPages >= ReservedEveryPages)
        {
            return Refusal.Of(
                Errno.EINVAL, "Reserved",
                $"Region {Name} reserves {ReservedPages} of every {ReservedEveryPages} pages: expected fewer pages than the period.");
        }

        // A slot of the pool and the kernel's own page would be the same page.
        return Kind == MemoryKind.Bounce && ReservedPages != 0
            ? Refusal.Of(Errno.EINVAL, "Reserved", $"Region {Name} is the bounce pool and reserves pages: expected none.")
            : null;
    }

    private Refusal? CheckDevice()
    {
        if (Kind != MemoryKind.Vram)
        {
            return Device is null && PeerBus is null
                ? null
                : Refusal.Of(
                    Errno.EINVAL, Device is null ? nameof(PeerBus) : nameof(Device),
                    $"Region {Name} states a device or a peer bus: expected only for a device's own memory (vram).");
        }

        return ModelName.Check(Device, nameof(Device))
            ?? (PeerBus is null ? null : ModelName.Check(PeerBus, nameof(PeerBus)));
    }
}
