using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Importing;

/// <summary>Reads files of /sys/kernel/dmabuf/buffers as lines of path and value, as <c>grep -r .</c> prints them.</summary>
/// <remarks>Source: Documentation/ABI/testing/sysfs-kernel-dmabuf-buffers. It tells of no names and no devices.</remarks>
internal static partial class SysfsText
{
    private const string Forms = "lines such as /sys/kernel/dmabuf/buffers/7/size: 4096";

    /// <summary>Whether the first line of a text is one of these.</summary>
    public static bool Is(string text) => PathLine().IsMatch(text.TrimStart().Split('\n')[0].TrimEnd());

    /// <summary>The lines of a folder like /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="FileFormatException">It holds something else, or a file in it cannot be read.</exception>
    public static string Of(string folder)
    {
        var text = new StringBuilder();
        var buffers = Directory.GetDirectories(folder).Where(buffer => Path.GetFileName(buffer).All(char.IsAsciiDigit)).ToList();
        foreach (var file in buffers.Order(StringComparer.Ordinal)
            .SelectMany(buffer => (string[])[Path.Combine(buffer, "exporter_name"), Path.Combine(buffer, "size")])
            .Where(File.Exists))
        {
            try
            {
                var value = FileText.Read(file).Trim();
                text.Append(file).Append(": ").Append(value).Append('\n');
            }
            catch (FileFormatException) when (!File.Exists(file))
            {
                // The buffer went while it was read.
            }
        }

        return text.Length > 0 || (buffers.Count == 0 && !Directory.EnumerateFileSystemEntries(folder).Any())
            ? text.ToString()
            : throw new Place(folder, 1, 1).Fail("the folder has no buffers in it", "one like /sys/kernel/dmabuf/buffers");
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The lines, in any order.</param>
    /// <param name="file">What to call it in messages.</param>
    /// <exception cref="FileFormatException">It is no such text.</exception>
    public static ImportedListing Parse(string text, string file)
    {
        var lines = new ListingLines(text, file);
        var buffers = new OrderedDictionary<ulong, (int Line, string? Exporter, ulong? Size)>();
        var problems = ImmutableArray.CreateBuilder<ListingProblem>();
        while (lines.TakeText(out var line))
        {
            if (lines.IsCut)
            {
                problems.Add(new(lines.Number, "The last line has no end and may be cut off: it is left out."));
                break;
            }

            if (PathLine().Match(line) is not { Success: true } match)
            {
                throw lines.Fail(1, $"{Quoted.Text(line)} is not a file of a buffer", Forms);
            }

            var number = match.Groups["inode"];
            var inode = lines.NumberAt(number.Index + 1, number.Value, "the inode", ulong.MaxValue);
            var known = buffers.TryGetValue(inode, out var before) ? before : (lines.Number, null, null);
            var value = match.Groups["value"];
            buffers[inode] = match.Groups["file"].Value switch
            {
                "exporter_name" => (known.Line, Once(lines, match, known.Exporter, value.Value), known.Size),
                "size" => (known.Line, known.Exporter, Once<ulong?>(
                    lines, match, known.Size, lines.NumberAt(value.Index + 1, value.Value.TrimEnd(), "size", ulong.MaxValue))),
                _ => known,
            };
        }

        foreach (var (inode, buffer) in buffers.Where(buffer => buffer.Value.Exporter is null || buffer.Value.Size is null))
        {
            problems.Add(new(buffer.Line, $"Buffer {inode} has no {(buffer.Size is null ? "size" : "exporter_name")}."));
        }

        return new(
            ListingSource.Sysfs,
            [
                .. buffers.OrderByDescending(buffer => buffer.Key).Select(buffer =>
                    new ImportedBuffer(buffer.Value.Line, buffer.Value.Size ?? 0, buffer.Value.Exporter ?? string.Empty, buffer.Key, null)
                    {
                        IsComplete = buffer.Value is { Exporter: not null, Size: not null },
                    }),
            ],
            problems.ToImmutable());
    }

    private static T Once<T>(ListingLines lines, Match match, T before, T value) => before is null
        ? value
        : throw lines.Fail(1, $"{Quoted.Text(match.Groups["file"].Value)} of buffer {match.Groups["inode"].Value} appears twice", "each file once");

    [GeneratedRegex(@"^(?:[^\t:]*/)?(?<inode>[0-9]+)/(?<file>exporter_name|size|mmap_count|attachments/[^:]*): ?(?<value>.*)\z")]
    private static partial Regex PathLine();
}
