using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>Reads a running kernel's listings of buffers.</summary>
public static class KernelListing
{
    /// <summary>Longest text, in bytes.</summary>
    public const int LengthMax = 16 << 20;

    /// <summary>Reads a file, or a folder like /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is not a listing.</exception>
    public static ImportedListing Read(string path) => Directory.Exists(path)
        ? SysfsText.Parse(SysfsText.Of(path), path)
        : Read(path, () => FileText.Open(path));

    /// <summary>Reads a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is not a listing.</exception>
    public static ImportedListing Read(string name, Func<Stream> open) =>
        Parse(FileText.ReadLoosely(name, open, LengthMax), name);

    /// <summary>Reads a text: of bufinfo, or lines of /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="FileFormatException">The text is not a listing.</exception>
    public static ImportedListing Parse(string text, string name) =>
        SysfsText.Is(text) ? SysfsText.Parse(text, name) : ParseBufinfo(text, name);

    /// <summary>Reads an unmodified text exactly; searches any other for a listing.</summary>
    private static ImportedListing ParseBufinfo(string text, string name)
    {
        if (BufinfoReport.IsMarked(text) && BufinfoReport.Parse(text, name) is { } unmarked)
        {
            return unmarked;
        }

        ImportedListing exact;
        try
        {
            exact = BufinfoText.Parse(text, name);
        }
        catch (FileFormatException)
        {
            if (BufinfoReport.Parse(text, name) is { } found)
            {
                return found;
            }

            throw;
        }

        return exact.LeftOut.Length > 0 && BufinfoReport.Parse(text, name) is { } more && more.Buffers.Length > exact.Buffers.Length ? more : exact;
    }
}
