using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>A bounce pool kept slot by slot, searched area by area as the kernel does.</summary>
internal sealed class SlotBitmap(int slotCount, int areaCount = 1)
{
    private readonly bool[] _used = new bool[slotCount];
    private readonly int[] _next = new int[areaCount];

    public int UsedCount => _used.Count(used => used);

    /// <summary>The first slot handed out, or null: one slot looked at after another, as the rules in tests/vectors tell it.</summary>
    public int? Map(BounceRequest request, ulong start)
    {
        var (length, address, boundary, minAlign, allocAlign) = (request.LengthBytes, request.Address.Value, request.BoundaryMask, request.MinAlignMask, request.AllocAlignMask);
        var inside = address & minAlign & (allocAlign | 2047);
        var size = (length + inside + allocAlign) / (allocAlign + 1UL) * (allocAlign + 1UL);
        var slots = (int)((size + 2047) / 2048);
        var align = (allocAlign == 0 && minAlign == 0 && size >= 4096 ? 4095 : allocAlign) | 2047;
        var same = minAlign & ~align;
        var stride = (int)(Math.Max(align, same) >> 11) + 1;
        var window = ((UInt128)boundary >> 11) + 1;
        var basis = start & boundary;
        var areaSlots = _used.Length / _next.Length;
        for (var area = 0; area < _next.Length; area++)
        {
            var begin = area * areaSlots;
            if (slots > _used.AsSpan(begin, areaSlots).Count(false))
            {
                continue;
            }

            for (var (index, seen) = (_next[area], 0); seen < areaSlots;)
            {
                var at = begin + index;
                var place = basis + ((ulong)at * 2048);
                var step = 1;
                if ((place & align) == 0 && (address == 0 || ((place ^ address) & same) == 0))
                {
                    var isInWindow = ((((UInt128)at + ((basis + 2047) >> 11)) % window) + (UInt128)slots) <= window;
                    if (isInWindow && (at % 128) + slots <= 128 && at + slots <= _used.Length && !_used.AsSpan(at, slots).Contains(true))
                    {
                        _used.AsSpan(at, slots).Fill(true);
                        _next[area] = index + slots >= areaSlots ? 0 : index + slots;
                        return at;
                    }

                    step = stride;
                }

                seen += step;
                index = index + step >= areaSlots ? 0 : index + step;
            }
        }

        return null;
    }

    /// <summary>Gives back what a refused map took: the next search begins where it is now.</summary>
    public void Undo(IEnumerable<BounceSlots> taken)
    {
        foreach (var bounce in taken)
        {
            Unmap(bounce.FirstSlot, bounce.SlotCount);
        }
    }

    public void Unmap(int first, int slots) => _used.AsSpan(first, slots).Clear();
}
