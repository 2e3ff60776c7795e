using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The contents of a write-ahead log. SQLite reads it up to the first damaged frame and ignores the rest, which is right for an interrupted
/// write but wrong for damage.
/// </summary>
/// <param name="HasFrames">Whether the log exists and is not empty.</param>
/// <param name="Salt1">Its first salt; 0 when its header is damaged.</param>
/// <param name="HasCommit">Whether it begins with a whole transaction.</param>
/// <param name="HasEnd">Whether it is undamaged up to the requested end.</param>
/// <param name="DamagedFrame">
/// A damaged frame, from 1 (0 is the header), that is followed by a later transaction; null for none. SQLite begins a transaction only
/// after the one before is on disk, so this is not an interrupted write.
/// </param>
/// <remarks>Source: sqlite.org/fileformat2.html#walformat.</remarks>
internal sealed record WriteAheadLog(bool HasFrames, uint Salt1, bool HasCommit, bool HasEnd, long? DamagedFrame)
{
    /// <summary>Bytes of the header of the log.</summary>
    public const int HeaderBytes = 32;

    /// <summary>Bytes of a frame: its header and a page.</summary>
    public const int FrameBytes = FrameHeaderBytes + SqliteSchema.PageBytes;

    private const int FrameHeaderBytes = 24;

    // The last bit tells the byte order of the checksums.
    private const uint Magic = 0x377f0682;

    private static readonly WriteAheadLog _empty = new(false, 0, false, false, null);

    /// <summary>Reads a log.</summary>
    /// <param name="path">The log's path.</param>
    /// <param name="end">The end up to which it should be undamaged.</param>
    public static WriteAheadLog Read(string path, LogEnd end)
    {
        if (!File.Exists(path))
        {
            return _empty;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20);
        Span<byte> header = stackalloc byte[HeaderBytes];
        return file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes ? _empty : Read(file, header, end);
    }

    /// <summary>The end of a written log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="frames">The number of its frames.</param>
    /// <returns>The end; null when no transaction ends there.</returns>
    public static LogEnd? EndAt(SafeFileHandle log, long frames)
    {
        Span<byte> frame = stackalloc byte[FrameHeaderBytes];
        return frames > 0
            && RandomAccess.Read(log, frame, HeaderBytes + ((frames - 1) * FrameBytes)) == FrameHeaderBytes
            && IsCommit(frame)
            ? new(frames, At(frame, 8), At(frame, 12), At(frame, 16), At(frame, 20))
            : null;
    }

    private static WriteAheadLog Read(FileStream file, ReadOnlySpan<byte> header, LogEnd end)
    {
        var isBigEndian = (At(header, 0) & 1) == 1;
        var sum = Sum((0, 0), header[..24], isBigEndian);
        var isWhole = (At(header, 0) & ~1u) == Magic && At(header, 8) == SqliteSchema.PageBytes && sum == (At(header, 24), At(header, 28));
        (uint, uint) salts = (At(header, 16), At(header, 20));
        var (hasCommit, hasEnd, isLaterTransaction, before) = (false, false, false, sum);
        long? broken = isWhole ? null : 0;
        var frame = new byte[FrameBytes];
        var number = 0L;
        while (file.ReadAtLeast(frame, FrameBytes, throwOnEndOfStream: false) == FrameBytes)
        {
            number++;
            (uint, uint) written = (At(frame, 16), At(frame, 20));
            if (broken == 0 && number == 1)
            {
                salts = (At(frame, 8), At(frame, 12));
            }

            var isOfThisLog = salts == (At(frame, 8), At(frame, 12));
            if (broken is null)
            {
                sum = SumOf(sum, frame, isBigEndian);
                if (isOfThisLog && sum == written)
                {
                    hasCommit |= IsCommit(frame);
                    hasEnd |= end == new LogEnd(number, salts.Item1, salts.Item2, written.Item1, written.Item2);
                }
                else
                {
                    broken = number;
                }
            }
            else if (isOfThisLog && isLaterTransaction && SumOf(before, frame, isBigEndian) == written)
            {
                return new(true, isWhole ? salts.Item1 : 0, hasCommit, hasEnd, broken);
            }

            isLaterTransaction |= broken is not null && isOfThisLog && IsCommit(frame);
            before = written;
        }

        return new(true, isWhole ? salts.Item1 : 0, hasCommit, hasEnd, null);
    }

    private static bool IsCommit(ReadOnlySpan<byte> frame) => At(frame, 4) != 0;

    private static uint At(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt32BigEndian(bytes[index..]);

    private static (uint, uint) SumOf((uint, uint) before, ReadOnlySpan<byte> frame, bool isBigEndian) =>
        Sum(Sum(before, frame[..8], isBigEndian), frame[FrameHeaderBytes..], isBigEndian);

    private static (uint, uint) Sum((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        var (first, second) = sum;
        for (var index = 0; index < bytes.Length; index += 8)
        {
            first = unchecked(first + Word(bytes, index, isBigEndian) + second);
            second = unchecked(second + Word(bytes, index + 4, isBigEndian) + first);
        }

        return (first, second);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int index, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes[index..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[index..]);
}
