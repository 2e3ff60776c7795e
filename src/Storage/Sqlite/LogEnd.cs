namespace DmaGrains.Storage.Sqlite;

/// <summary>The end of a write-ahead log after a commit. Checksums are cumulative: they cover everything before them.</summary>
/// <param name="Frames">The number of frames before the end.</param>
/// <param name="Salt1">First salt of the log, incremented each time the log restarts.</param>
/// <param name="Salt2">Second salt of the log; random.</param>
/// <param name="Checksum1">First checksum of the last frame.</param>
/// <param name="Checksum2">Second checksum of the last frame.</param>
/// <remarks>Source: sqlite.org/fileformat2.html#walformat.</remarks>
internal readonly record struct LogEnd(long Frames, uint Salt1, uint Salt2, uint Checksum1, uint Checksum2)
{
    /// <summary>The end of an empty log.</summary>
    public static LogEnd Nothing => default;
}
