using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>
/// Places inputs one behind the other and joins those that may be one segment. The first refusal ends it.
/// </summary>
/// <remarks>
/// The kernel places all inputs, then walks them again to join. One walk does: the pad behind an input closes its
/// segment there, and ends on a boundary, where nothing joins anyway.
/// </remarks>
internal ref struct SegmentJoiner(IommuLimits limits, int inputCount)
{
    private readonly ImmutableArray<DmaSpan>.Builder _segments = ImmutableArray.CreateBuilder<DmaSpan>(inputCount);
    private readonly ImmutableArray<IommuPad>.Builder _pads = ImmutableArray.CreateBuilder<IommuPad>();
    private readonly uint _max = limits.EffectiveMaxSegmentSize;
    private readonly ulong _mask = limits.EffectiveBoundaryMask;
    private Refusal? _refusal;
    private int _placed;
    private ulong _length;
    private ulong _lastExtent;

    /// <summary>Bytes in the segment that may still grow; 0 when none may.</summary>
    private uint _open;

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
            _segments[^1] = _segments[^1] with { LengthBytes = _open };
        }
        else
        {
            _open = input.LengthBytes;
            _segments.Add(new(_length + input.OffsetBytes, _open));
        }

        _open = (ulong)input.OffsetBytes + input.LengthBytes < extent ? 0 : _open;
        _length += extent;
        _lastExtent = extent;
        _placed++;
    }

    public readonly DmaResult<IommuMapping> ToResult() => _refusal is not null
        ? DmaResult.Refuse<IommuMapping>(_refusal)
        : DmaResult.Grant(new IommuMapping(limits, _length, _segments.DrainToImmutable(), _pads.ToImmutable()));

    /// <summary>An overlong segment goes on joining: the subtraction is one of unsigned ints.</summary>
    private readonly bool CanJoin(IommuInput input) =>
        _open != 0
        && input.OffsetBytes == 0
        && (_length & _mask) != 0
        && unchecked(_max - _open) >= input.LengthBytes;

    private bool TryPlace(IommuInput input, out ulong extent)
    {
        extent = (ulong)Granule.RoundUp((ulong)input.OffsetBytes + input.LengthBytes, limits.GranuleBytes);
        if (input.OffsetBytes >= limits.GranuleBytes)
        {
            _refusal = new(
                Errno.EINVAL, null, nameof(IommuInput.OffsetBytes), input.OffsetBytes, limits.GranuleBytes - 1,
                $"Input {_placed} starts {input.OffsetBytes} bytes into a granule of {limits.GranuleBytes}.");
            return false;
        }

        return FitsExtent(_placed, extent) && TryPad(extent) && FitsSpace(extent);
    }

    /// <summary>
    /// Keeps an input off the next boundary. An empty one counts as endless there: the kernel subtracts 1 from 0.
    /// </summary>
    private bool TryPad(ulong extent)
    {
        var pad = unchecked(0 - _length) & _mask;
        if (pad == 0 || pad >= unchecked(extent - 1))
        {
            return true;
        }

        if (!FitsExtent(_placed - 1, (UInt128)_lastExtent + pad) || !FitsSpace(pad))
        {
            return false;
        }

        _pads.Add(new(_placed - 1, pad));
        _length += pad;
        return true;
    }

    /// <summary>An extent is an unsigned int (EOVERFLOW inside the kernel, EINVAL to its callers).</summary>
    private bool FitsExtent(int index, UInt128 extent)
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

    private static Refusal TooLong(UInt128 needed, ulong limit, string what) => new(
        Errno.EINVAL, null, nameof(IommuInput.LengthBytes), (ulong)UInt128.Min(needed, ulong.MaxValue), limit,
        $"{what}: expected at most {limit}.");
}
