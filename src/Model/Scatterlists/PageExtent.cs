using Orleans;

namespace DmaGrains.Model.Scatterlists;

/// <summary>A run of physically consecutive pages.</summary>
/// <param name="FirstPfn">Frame number of the first page.</param>
/// <param name="PageCount">How many pages, 1 or more.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.extent")]
public readonly record struct PageExtent(ulong FirstPfn, ulong PageCount)
{
    /// <summary>Frame number after the last page.</summary>
    public ulong EndPfn => FirstPfn + PageCount;

    /// <summary>Bytes in the run.</summary>
    public ulong SizeBytes => PageCount << Page.Shift;

    /// <summary>Address of the first byte.</summary>
    public PhysicalAddress Address => new(FirstPfn << Page.Shift);
}
