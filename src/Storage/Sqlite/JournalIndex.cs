using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// Where each grain's last snapshot and the entries after it lie in the log. Changes count at once, and are undone by
/// <see cref="RollBack"/> until <see cref="Commit"/>; those before the first commit restore what is in the file.
/// </summary>
/// <remarks>
/// Grains have numbers from 0. A grain is known by a hash of 128 bits, so that a million grains cost less than 100 bytes each: two of 2^40
/// grains have the same one with a probability of 2^-49, and then each is told that the other one's rows are damage.
/// </remarks>
internal sealed class JournalIndex
{
    private const int None = -1;

    private readonly Dictionary<GrainHash, int> _numbers = [];
    private readonly List<Grain> _grains = [];
    private readonly List<Entry> _entries = [];
    private readonly List<(int Number, Grain Before)> _changed = [];
    private readonly List<GrainHash> _added = [];
    private readonly List<int> _taken = [];
    private readonly List<(int Newest, int Oldest)> _dropped = [];
    private int _free = None;
    private long _liveBefore;
    private bool _isRestoring = true;

    /// <summary>The number of grains.</summary>
    public int Count => _grains.Count;

    /// <summary>The bytes of all rows that are still needed.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>A grain's hash.</summary>
    /// <param name="grain">The grain in UTF-8.</param>
    public static GrainHash HashOf(ReadOnlySpan<byte> grain)
    {
        var hash = XxHash128.HashToUInt128(grain);
        return new((ulong)(hash >> 64), (ulong)hash);
    }

    /// <summary>A grain's number; null when it has no journal.</summary>
    public int? Find(GrainHash grain) => _numbers.TryGetValue(grain, out var number) ? number : null;

    /// <summary>The sequence number of a grain's last row.</summary>
    public long LastOf(int number) => _grains[number].Last;

    /// <summary>The sequence number of a grain's last snapshot.</summary>
    public long FirstOf(int number) => _grains[number].Last - _grains[number].Entries;

    /// <summary>The row of a grain's last snapshot; 0 when it has not been seen yet.</summary>
    public long SnapshotOf(int number) => number < _grains.Count ? _grains[number].Snapshot : 0;

    /// <summary>The rows of a grain's last snapshot and of the entries after it, in order.</summary>
    public long[] RowsOf(int number)
    {
        var grain = _grains[number];
        var rows = new long[grain.Entries + 1];
        rows[0] = grain.Snapshot;
        var place = grain.Entries;
        for (var entry = grain.Newest; entry != None; entry = _entries[entry].Before)
        {
            rows[place--] = _entries[entry].Row;
        }

        return rows;
    }

    /// <summary>Adds a grain under the next number; its snapshot must follow.</summary>
    /// <returns>Its number.</returns>
    public int Add(GrainHash grain)
    {
        _numbers.Add(grain, _grains.Count);
        _grains.Add(Grain.New);
        _added.Add(grain);
        return _grains.Count - 1;
    }

    /// <summary>A snapshot was written: nothing before it is needed any more.</summary>
    public void Begin(int number, long row, long sequence, int sizeBytes)
    {
        ref var grain = ref Change(number);
        if (grain.Newest != None && _isRestoring)
        {
            Free(grain.Newest, grain.Oldest);
        }
        else if (grain.Newest != None)
        {
            _dropped.Add((grain.Newest, grain.Oldest));
        }

        LiveBytes += sizeBytes - grain.LiveBytes;
        grain = new(row, sequence, None, None, 0, (uint)sizeBytes);
    }

    /// <summary>The next entry was written.</summary>
    public void Append(int number, long row, int sizeBytes)
    {
        ref var grain = ref Change(number);
        var entry = Take(new(row, grain.Newest));
        if (!_isRestoring)
        {
            _taken.Add(entry);
        }

        LiveBytes += sizeBytes;
        grain = new(
            grain.Snapshot,
            grain.Last + 1,
            entry,
            grain.Oldest == None ? entry : grain.Oldest,
            grain.Entries + 1,
            checked(grain.LiveBytes + (uint)sizeBytes));
    }

    /// <summary>Makes room for so many grains.</summary>
    public void Expect(int grains)
    {
        _numbers.EnsureCapacity(grains);
        _grains.EnsureCapacity(grains);
    }

    /// <summary>Names a grain whose snapshot was found in the file; the snapshot must follow.</summary>
    public void Name(int number, GrainHash grain)
    {
        Reserve(number);
        _numbers[grain] = number;
    }

    /// <summary>Makes room for a grain that was found in the file.</summary>
    public void Reserve(int number)
    {
        while (_grains.Count <= number)
        {
            _grains.Add(Grain.New);
        }
    }

    /// <summary>The changes stay.</summary>
    public void Commit()
    {
        foreach (var (newest, oldest) in _dropped)
        {
            Free(newest, oldest);
        }

        Forget();
        _isRestoring = false;
    }

    /// <summary>The changes since the last commit are undone.</summary>
    public void RollBack()
    {
        for (var change = _changed.Count - 1; change >= 0; change--)
        {
            _grains[_changed[change].Number] = _changed[change].Before;
        }

        foreach (var grain in _added)
        {
            _numbers.Remove(grain);
        }

        _grains.RemoveRange(_grains.Count - _added.Count, _added.Count);
        foreach (var entry in _taken)
        {
            Free(entry, entry);
        }

        LiveBytes = _liveBefore;
        Forget();
    }

    private void Forget()
    {
        _changed.Clear();
        _added.Clear();
        _taken.Clear();
        _dropped.Clear();
        _liveBefore = LiveBytes;
    }

    private ref Grain Change(int number)
    {
        ref var grain = ref CollectionsMarshal.AsSpan(_grains)[number];
        if (!_isRestoring)
        {
            _changed.Add((number, grain));
        }

        return ref grain;
    }

    private int Take(Entry entry)
    {
        if (_free == None)
        {
            _entries.Add(entry);
            return _entries.Count - 1;
        }

        var taken = _free;
        _free = _entries[taken].Before;
        _entries[taken] = entry;
        return taken;
    }

    /// <summary>Frees a chain of entries without a look at those between its ends.</summary>
    private void Free(int newest, int oldest)
    {
        _entries[oldest] = new(0, _free);
        _free = newest;
    }

    /// <summary>A grain's name, hashed.</summary>
    /// <param name="High">The upper half.</param>
    /// <param name="Low">The lower half.</param>
    internal readonly record struct GrainHash(ulong High, ulong Low)
    {
        /// <inheritdoc/>
        public override int GetHashCode() => unchecked((int)Low);
    }

    /// <summary>A grain's journal.</summary>
    /// <param name="Snapshot">The row of the last snapshot; 0 when it has not been read yet.</param>
    /// <param name="Last">The sequence number of the last row.</param>
    /// <param name="Newest">The place of the last entry, or none.</param>
    /// <param name="Oldest">The place of the first entry after the snapshot, or none.</param>
    /// <param name="Entries">The number of entries after the snapshot.</param>
    /// <param name="LiveBytes">Bytes of all of them, below 4 GiB: SQLite's blobs are at most 1,000,000,000 bytes, and entries are replaced when they outgrow the snapshot.</param>
    private readonly record struct Grain(long Snapshot, long Last, int Newest, int Oldest, int Entries, uint LiveBytes)
    {
        public static Grain New => new(0, 0, None, None, 0, 0);
    }

    /// <summary>An entry; those that are free are chained too.</summary>
    /// <param name="Row">Its row.</param>
    /// <param name="Before">The place of the entry before it, or none.</param>
    private readonly record struct Entry(long Row, int Before);
}
