namespace DmaGrains.Model.Tests.Translation;

/// <summary>A bounce pool kept slot by slot, searched as the kernel does.</summary>
internal sealed class SlotBitmap(int slotCount)
{
    private readonly bool[] _used = new bool[slotCount];
    private int _next;

    public SlotBitmap(SlotBitmap other)
        : this(other._used.Length)
    {
        other._used.CopyTo(_used, 0);
        _next = other._next;
    }

    public int UsedCount => _used.Count(used => used);

    /// <summary>The first slot handed out, or null.</summary>
    public int? Map(ulong lengthBytes, ulong address, uint minAlignMask)
    {
        var size = lengthBytes + (address & minAlignMask & 2047);
        var slots = (int)((size + 2047) / 2048);
        var kept = minAlignMask & ~2047u;
        for (var step = 0; step < _used.Length; step++)
        {
            var first = (_next + step) % _used.Length;
            var isAligned = kept == 0 && size >= 4096
                ? first % 2 == 0
                : ((ulong)first * 2048 & kept) == (address & kept);
            var isInside = (first % 128) + slots <= 128 && first + slots <= _used.Length;
            if (isAligned && isInside && !_used.AsSpan(first, slots).Contains(true))
            {
                _used.AsSpan(first, slots).Fill(true);
                _next = first + slots == _used.Length ? 0 : first + slots;
                return first;
            }
        }

        return null;
    }

    public void Unmap(int first, int slots) => _used.AsSpan(first, slots).Clear();
}
