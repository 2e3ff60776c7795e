using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>The mapper in two walks, as the kernel does it: all extents first, then the joins.</summary>
internal sealed class KernelMapper
{
    private readonly List<UInt128> _extents = [];

    public KernelMapper(IommuLimits limits, IommuInput[] inputs)
    {
        Place(limits, inputs);
        Fits = _extents.TrueForAll(extent => extent < 1UL << 32);
        if (Fits)
        {
            Join(limits, inputs);
        }
    }

    /// <summary>Whether every extent fits the kernel's field; nothing else is known when one does not.</summary>
    public bool Fits { get; }

    public UInt128 Length { get; private set; }

    /// <summary>What each input takes of address space, its padding included.</summary>
    public IReadOnlyList<UInt128> Extents => _extents;

    public List<DmaSpan> Segments { get; } = [];

    public List<IommuPad> Pads { get; } = [];

    private void Place(IommuLimits limits, IommuInput[] inputs)
    {
        UInt128 window = limits.SegmentBoundaryMask == 0 ? UInt128.One << 64 : (UInt128)limits.SegmentBoundaryMask + 1;
        for (var index = 0; index < inputs.Length; index++)
        {
            var end = (UInt128)inputs[index].OffsetBytes + inputs[index].LengthBytes;
            var extent = (end / limits.GranuleBytes) + (end % limits.GranuleBytes == 0 ? 0u : 1u);
            extent *= limits.GranuleBytes;
            var toBoundary = (window - (Length % window)) % window;
            if (toBoundary != 0 && (extent == 0 || toBoundary + 1 < extent))
            {
                _extents[index - 1] += toBoundary;
                Pads.Add(new(index - 1, (ulong)toBoundary));
                Length += toBoundary;
            }

            _extents.Add(extent);
            Length += extent;
        }
    }

    private void Join(IommuLimits limits, IommuInput[] inputs)
    {
        long max = limits.MaxSegmentSize == 0 ? 65536 : limits.MaxSegmentSize;
        var mask = limits.SegmentBoundaryMask == 0 ? ulong.MaxValue : limits.SegmentBoundaryMask;
        UInt128 address = 0;
        long open = 0;
        foreach (var (input, extent) in inputs.Zip(_extents))
        {
            var room = (max - open + (1L << 32)) % (1L << 32);
            if (open != 0 && input.OffsetBytes == 0 && ((ulong)address & mask) != 0 && room >= input.LengthBytes)
            {
                open = (open + input.LengthBytes) % (1L << 32);
                Segments[^1] = Segments[^1] with { LengthBytes = (uint)open };
            }
            else
            {
                open = input.LengthBytes;
                Segments.Add(new((ulong)address + input.OffsetBytes, (uint)open));
            }

            open = input.OffsetBytes + input.LengthBytes < extent ? 0 : open;
            address += extent;
        }
    }
}
