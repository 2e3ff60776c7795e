using System.Buffers.Binary;
using System.IO.Hashing;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The acknowledged end of the log, as recorded in the small file beside it. Only this can tell a damaged last transaction from an
/// interrupted one, and a lost log from one that never existed.
/// </summary>
/// <param name="File">The file's identity, <see cref="SqliteSchema"/>.</param>
/// <param name="Generation">Which of the file's successive logs it is.</param>
/// <param name="End">Where the log ended when its last commit was acknowledged.</param>
internal readonly record struct AcknowledgedLog(long File, long Generation, LogEnd End)
{
    private const int ChecksumAt = 48;
    private const int SizeBytes = ChecksumAt + sizeof(ulong);

    private static ReadOnlySpan<byte> Magic => "DMAGACK1"u8;

    /// <summary>Opens the small file of a database; creates it if it does not exist.</summary>
    public static FileStream Open(string path) => SqliteBirth.OpenOwn(path, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Reads the file; null when it does not exist or nothing was written to it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static AcknowledgedLog? Read(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = System.IO.File.ReadAllBytes(path);
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            // Created but not yet written, before the first commit: empty, or as long as it will be without its contents.
            return null;
        }

        if (bytes.Length != SizeBytes
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..]) != XxHash3.HashToUInt64(bytes[..ChecksumAt]))
        {
            throw new InvalidDataException();
        }

        return new(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            new(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..])));
    }

    /// <summary>Writes the record, for the next process that opens the database.</summary>
    public void Write(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], File);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], End.Frames);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], End.Salt1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], End.Salt2);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], End.Checksum1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], End.Checksum2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ChecksumAt..], XxHash3.HashToUInt64(bytes[..ChecksumAt]));
        RandomAccess.Write(file.SafeFileHandle, bytes, 0);
    }
}
