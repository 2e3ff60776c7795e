namespace DmaGrains.Analysis.Advising;

/// <summary>A possible change.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Device">The device that changes; null for none.</param>
/// <param name="Field">The limit that changes, as the kernel spells it; null when none does.</param>
/// <param name="From">The current value, in the field's unit or in bytes of the frame or area; null when there is no number.</param>
/// <param name="To">The new value.</param>
/// <param name="Text">The change in words.</param>
/// <param name="Apply">Applies it to a request.</param>
internal sealed record Change(
    ChangeKind Kind, string? Device, string? Field, ulong? From, ulong? To, string Text, Func<AdviceRequest, AdviceRequest> Apply)
{
    /// <summary>The larger or new contiguous area; null for other changes.</summary>
    public AreaReport? Area { get; init; }
}

/// <summary>Kinds of changes, from least to most effort; <see cref="Room"/> was appended.</summary>
public enum ChangeKind
{
    /// <summary>Another exporter. Only the application changes.</summary>
    Exporter = 0,

    /// <summary>A larger or new contiguous area. The boot configuration changes.</summary>
    Area = 1,

    /// <summary>An exporter cuts a list for each importer instead of handing one to all (thread #4, #6, #8). Its driver changes.</summary>
    Lists = 2,

    /// <summary>A driver states a wider limit, if its device can do it.</summary>
    Limit = 3,

    /// <summary>A driver sets a wider DMA mask, or a bus has a higher limit or a wider window, if the hardware can.</summary>
    Reach = 4,

    /// <summary>An importer gets a buffer of its own, and every frame is copied.</summary>
    Copy = 5,

    /// <summary>A smaller frame.</summary>
    Frame = 6,

    /// <summary>An IOMMU in front of a device: another chip.</summary>
    Iommu = 7,

    /// <summary>A larger frame or another stride that its importers accept. Only the application changes.</summary>
    Room = 8,
}
