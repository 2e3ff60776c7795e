namespace DmaGrains.Storage.Sqlite;

/// <summary>Where a write-ahead log ends with a commit. Checksums run through the whole log: they stand for all that is before them.</summary>
/// <param name="Frames">How many frames are before the end.</param>
/// <param name="Salt1">First salt of the log; one more each time the log begins anew.</param>
/// <param name="Salt2">Second salt of the log; random.</param>
/// <param name="Checksum1">First checksum of the last frame.</param>
/// <param name="Checksum2">Second checksum of the last frame.</param>
/// <remarks>Source: sqlite.org/fileformat2.html#walformat.</remarks>
internal readonly record struct LogEnd(long Frames, uint Salt1, uint Salt2, uint Checksum1, uint Checksum2)
{
    /// <summary>Nothing is in the log.</summary>
    public static LogEnd Nothing => default;
}
