using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Importing;

/// <summary>Reads what a running kernel tells of its buffers.</summary>
public static class KernelListing
{
    /// <summary>Longest text, in bytes.</summary>
    public const int LengthMax = 16 << 20;

    /// <summary>Reads a file, or a folder like /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is no such text.</exception>
    public static ImportedListing Read(string path) => Directory.Exists(path)
        ? SysfsText.Parse(SysfsText.Of(path), path)
        : Read(path, () => FileText.Open(path));

    /// <summary>Reads a stream, such as standard input.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is no such text.</exception>
    public static ImportedListing Read(string name, Func<Stream> open) =>
        Parse(FileText.ReadLoosely(name, open, LengthMax), name);

    /// <summary>Reads a text: of bufinfo, or lines of /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="FileFormatException">It is no such text.</exception>
    public static ImportedListing Parse(string text, string name) =>
        SysfsText.Is(text) ? SysfsText.Parse(text, name) : BufinfoText.Parse(text, name);
}
