using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>Places inputs one after the other and joins those that may be one segment, until the first refusal.</summary>
/// <remarks>
/// The kernel places all inputs, then walks them again to join. One walk is enough: the pad after an input closes its segment, and ends on
/// a boundary, where nothing joins anyway.
/// </remarks>
internal ref struct SegmentJoiner(IommuLimits limits, int inputCount)
{
    // Most lists join to a few segments, so room for all inputs would mostly be wasted.
    private readonly ImmutableArray<DmaSpan>.Builder _segments =
        ImmutableArray.CreateBuilder<DmaSpan>(Math.Min(inputCount, 32));

    private readonly ImmutableArray<IommuPad>.Builder _pads = ImmutableArray.CreateBuilder<IommuPad>();
    private readonly uint _max = limits.EffectiveMaxSegmentSize;
    private readonly ulong _mask = limits.EffectiveBoundaryMask;
    private readonly uint _granule = limits.GranuleBytes;
    private Refusal? _refusal;
    private int _placed;
    private ulong _length;
    private ulong _lastExtent;

    /// <summary>The current segment; it has no bytes before the first input and while inputs are empty.</summary>
    private DmaSpan _segment;

    /// <summary>Bytes in the segment if it may still grow, else 0.</summary>
    private uint _open;

    /// <summary>Places an input after those before it, and joins it to the last segment where the device takes that.</summary>
    /// <remarks>The only place that joins; whether two may be joined, <c>CanJoin</c>.</remarks>
    public void Add(IommuInput input)
    {
        if (_refusal is not null || !TryPlace(input, out var extent))
        {
            return;
        }

        if (CanJoin(input))
        {
            // The kernel's count is an unsigned int, wrap included.
            _open = unchecked(_open + input.LengthBytes);
        }
        else
        {
            if (_placed != 0)
            {
                _segments.Add(_segment);
            }

            _segment = new(_length + input.OffsetBytes, 0);
            _open = input.LengthBytes;
        }

        _segment = _segment with { LengthBytes = _open };
        _open = (ulong)input.OffsetBytes + input.LengthBytes < extent ? 0 : _open;
        _length += extent;
        _lastExtent = extent;
        _placed++;
    }

    /// <summary>The result, after at least one input or a refusal.</summary>
    public readonly DmaResult<IommuMapping> ToResult()
    {
        if (_refusal is not null)
        {
            return DmaResult.Refuse<IommuMapping>(_refusal);
        }

        _segments.Add(_segment);
        return DmaResult.Grant(new IommuMapping(limits, _length, _segments.DrainToImmutable(), _pads.DrainToImmutable()));
    }

    /// <summary>An overlong segment keeps joining, because the kernel subtracts unsigned ints.</summary>
    /// <remarks>The only place that decides this.</remarks>
    private readonly bool CanJoin(IommuInput input) =>
        _open != 0
        && input.OffsetBytes == 0
        && (_length & _mask) != 0
        && unchecked(_max - _open) >= input.LengthBytes;

    private bool TryPlace(IommuInput input, out ulong extent)
    {
        // The sum of two 32-bit numbers cannot overflow 64 bits.
        extent = ((ulong)input.OffsetBytes + input.LengthBytes + (_granule - 1)) & ~((ulong)_granule - 1);
        if (input.OffsetBytes >= _granule)
        {
            _refusal = new(
                Errno.EINVAL, null, nameof(IommuInput.OffsetBytes), input.OffsetBytes, _granule - 1,
                $"Input {_placed} starts {input.OffsetBytes} bytes into a granule of {_granule}.");
            return false;
        }

        return FitsExtent(_placed, extent) && TryPad(extent) && FitsSpace(extent);
    }

    /// <summary>Keeps an input off the next boundary. An empty one counts as endless here, because the kernel subtracts 1 from 0.</summary>
    private bool TryPad(ulong extent)
    {
        var pad = unchecked(0 - _length) & _mask;
        if (pad == 0 || pad >= unchecked(extent - 1))
        {
            return true;
        }

        var padded = pad <= ulong.MaxValue - _lastExtent ? _lastExtent + pad : ulong.MaxValue;
        if (!FitsExtent(_placed - 1, padded) || !FitsSpace(pad))
        {
            return false;
        }

        _pads.Add(new(_placed - 1, pad));
        _length += pad;
        return true;
    }

    /// <summary>An extent is an unsigned int (EOVERFLOW inside the kernel, EINVAL to its callers).</summary>
    private bool FitsExtent(int index, ulong extent)
    {
        if (extent <= uint.MaxValue)
        {
            return true;
        }

        _refusal = TooLong(
            extent, uint.MaxValue, $"Input {index} with its padding takes {extent} bytes of address space");
        return false;
    }

    private bool FitsSpace(ulong more)
    {
        if (more <= ulong.MaxValue - _length)
        {
            return true;
        }

        _refusal = TooLong(ulong.MaxValue, ulong.MaxValue, "The list takes more than 64 bits of address space");
        return false;
    }

    private static Refusal TooLong(ulong needed, ulong limit, string what) => new(
        Errno.EINVAL, null, nameof(IommuInput.LengthBytes), needed, limit,
        $"{what}: expected at most {limit}.");
}
