namespace DmaGrains.Scenarios.Files;

/// <summary>Text that a command reads: UTF-8, at most 1 MiB.</summary>
public static class InputText
{
    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">It cannot be read, is too long, or is not UTF-8.</exception>
    public static string Read(string path) => FileText.Read(path);

    /// <summary>The text of a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">It.</param>
    /// <exception cref="FileFormatException">It cannot be read, is too long, or is not UTF-8.</exception>
    public static string Read(string name, Stream stream) => FileText.Read(name, () => stream);

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lengthMax">Longest file, in bytes.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is too long.</exception>
    public static byte[] ReadBytes(string path, int lengthMax) => FileText.ReadBytes(path, () => FileText.Open(path), lengthMax);

    /// <summary>The bytes of a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">It.</param>
    /// <param name="lengthMax">Longest text, in bytes.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is too long.</exception>
    public static byte[] ReadBytes(string name, Stream stream, int lengthMax) => FileText.ReadBytes(name, () => stream, lengthMax);
}
