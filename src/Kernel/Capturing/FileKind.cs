using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DmaGrains.Kernel.Capturing;

/// <summary>What a path names: .NET tells no pipe from a file until it has opened it, which waits for a writer.</summary>
internal static partial class FileKind
{
    /// <summary>A file with bytes in it.</summary>
    public const string Regular = "a regular file";

    // Source: statx(2), include/uapi/linux/stat.h.
    private const int CurrentFolder = -100;
    private const uint TypeMask = 1;
    private const int StatusBytes = 256;
    private const int ModeAt = 28;

    /// <summary>What is behind a path, with its article; links are followed.</summary>
    /// <param name="path">Where it is; something is there.</param>
    public static string Of(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            if (!OperatingSystem.IsLinux() || Status(CurrentFolder, path, 0, TypeMask, ref MemoryMarshal.GetReference(status)) != 0)
            {
                return ByLength(path);
            }
        }
        catch (EntryPointNotFoundException)
        {
            return ByLength(path);
        }

        var mode = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..])
            : BinaryPrimitives.ReadUInt16BigEndian(status[ModeAt..]);
        return (mode >> 12) switch
        {
            1 => "a pipe",
            2 => "a character device",
            4 => "a folder",
            6 => "a block device",
            8 => Regular,
            12 => "a socket",
            _ => "something unknown",
        };
    }

    /// <summary>Where nothing tells: only a regular file has a length.</summary>
    private static string ByLength(string path) => new FileInfo(path) is { Exists: true, Length: > 0 } ? Regular : "empty or a pipe";

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, ref byte status);
}
