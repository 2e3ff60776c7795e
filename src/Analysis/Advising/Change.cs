namespace DmaGrains.Analysis.Advising;

/// <summary>Something that could be otherwise.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Device">Whose; null when it is nobody's.</param>
/// <param name="Field">The limit that changes, as the kernel spells it; null when none does.</param>
/// <param name="From">What it is, in the field's unit, or bytes of the frame or area; null when there is no number.</param>
/// <param name="To">What it would be.</param>
/// <param name="Text">The change in words.</param>
/// <param name="Apply">Makes it.</param>
internal sealed record Change(
    ChangeKind Kind, string? Device, string? Field, ulong? From, ulong? To, string Text, Func<AdviceRequest, AdviceRequest> Apply)
{
    /// <summary>The contiguous area that is larger, or new; null when it is another change.</summary>
    public AreaReport? Area { get; init; }
}

/// <summary>Kinds of changes; the order is from the one that asks for least.</summary>
public enum ChangeKind
{
    /// <summary>Somebody else exports. Only the application changes.</summary>
    Exporter = 0,

    /// <summary>A larger contiguous area, or one where there is none. The kernel is booted otherwise.</summary>
    Area = 1,

    /// <summary>An exporter cuts a list for each importer instead of handing one to all (thread #4, #6, #8). Its driver changes.</summary>
    Lists = 2,

    /// <summary>A driver states a wider limit, if its device can do it.</summary>
    Limit = 3,

    /// <summary>A driver sets a wider DMA mask, or a bus lets wider addresses through or has a wider window, if they can.</summary>
    Reach = 4,

    /// <summary>An importer gets a buffer of its own, and every frame is copied.</summary>
    Copy = 5,

    /// <summary>A smaller frame.</summary>
    Frame = 6,

    /// <summary>An IOMMU in front of a device: another chip.</summary>
    Iommu = 7,

    /// <summary>A longer frame, or lines at other distances, which its importers take. Only the application changes.</summary>
    Room = 8,
}
