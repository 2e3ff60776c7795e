using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DmaGrains.Kernel.Capturing;

/// <summary>Finds out the kind of a file without opening it. .NET cannot tell a pipe from a file, and opening a pipe waits for a writer.</summary>
internal static partial class FileKind
{
    /// <summary>The kind of a regular file.</summary>
    public const string Regular = "a regular file";

    // Source: statx(2), include/uapi/linux/stat.h.
    private const int CurrentFolder = -100;
    private const uint TypeMask = 1;
    private const int StatusBytes = 256;
    private const int ModeAt = 28;

    /// <summary>The kind of file at a path, with its article, such as "a pipe"; links are followed.</summary>
    /// <param name="path">The path, which must exist.</param>
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

    /// <summary>A guess where the system does not tell: only a regular file has a length.</summary>
    private static string ByLength(string path) => new FileInfo(path) is { Exists: true, Length: > 0 } ? Regular : "empty or a pipe";

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, ref byte status);
}
