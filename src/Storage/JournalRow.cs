namespace DmaGrains.Storage;

/// <summary>A row of a journal.</summary>
/// <param name="Sequence">Its place, from 1; every row has the number after its predecessor's.</param>
/// <param name="IsSnapshot">Whether it replaces all rows before it. They are read no more, and the storage may remove them at any time.</param>
/// <param name="Payload">The stored bytes, sealed.</param>
public readonly record struct JournalRow(long Sequence, bool IsSnapshot, byte[] Payload)
{
    /// <summary>Whether it may be written now: it is the next row, and a journal begins with a snapshot.</summary>
    /// <param name="last">The sequence number of the last row; 0 when there is none.</param>
    /// <remarks>
    /// This keeps two activations apart. The only place but for PostgreSQL, which decides the same in SQL (<c>WriteJournals</c>), and Redis,
    /// which does so in Lua (<c>RedisJournalGroup</c>).
    /// </remarks>
    public bool Follows(long last) => Sequence == last + 1 && (last > 0 || IsSnapshot);
}
