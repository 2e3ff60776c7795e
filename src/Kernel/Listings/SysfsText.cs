using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>Reads files of /sys/kernel/dmabuf/buffers as lines of path and value, as <c>grep -r .</c> prints them.</summary>
/// <remarks>
/// Source: Documentation/ABI/testing/sysfs-kernel-dmabuf-buffers. It has no names of buffers; kernels before 5.13, and Android's, link each
/// attachment to its device (attachments/NUMBER/device).
/// </remarks>
internal static partial class SysfsText
{
    private const string Attachments = "attachments";

    /// <summary>Whether a text has such a line and no bufinfo listing.</summary>
    public static bool Is(string text) => !text.Contains(BufinfoText.Title, StringComparison.Ordinal)
        && text.Split('\n').Any(line => PathLine().IsMatch(line.TrimEnd()) || LinkLine().IsMatch(line.TrimEnd()));

    /// <summary>Collects the lines of a folder like /sys/kernel/dmabuf/buffers.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="FileFormatException">The folder has other contents, or a file in it cannot be read.</exception>
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
                // The buffer disappeared while it was read.
            }
        }

        foreach (var attachments in buffers.Order(StringComparer.Ordinal).Select(buffer => Path.Combine(buffer, Attachments)).Where(Directory.Exists))
        {
            // An empty folder states that there are no attachments.
            text.Append(attachments).Append(": \n");
            foreach (var link in Directory.GetDirectories(attachments).Select(attachment => Path.Combine(attachment, "device")))
            {
                text.Append(new FileInfo(link).LinkTarget is { } target ? $"{link} -> {target}\n" : string.Empty);
            }
        }

        return text.Length > 0 || (buffers.Count == 0 && !Directory.EnumerateFileSystemEntries(folder).Any())
            ? text.ToString()
            : throw new Place(folder, 1, 1).Fail("the folder has no buffers in it", "one like /sys/kernel/dmabuf/buffers");
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The lines, in any order.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">The text is not such a listing.</exception>
    public static ImportedListing Parse(string text, string file)
    {
        var lines = new ListingLines(text, file);
        var buffers = new OrderedDictionary<ulong, (int Line, string? Exporter, ulong? Size)>();
        var problems = ImmutableArray.CreateBuilder<ListingProblem>();
        var attached = new Dictionary<ulong, SortedList<ulong, string>>();
        var leftOut = new List<(int Line, string Text)>();
        while (lines.TakeText(out var line))
        {
            if (lines.IsCut)
            {
                problems.Add(new(lines.Number, "The last line has no end and may be cut off: it is left out."));
                break;
            }

            line = line.TrimEnd();
            if (LinkLine().Match(line) is { Success: true } link)
            {
                var attachment = lines.NumberAt(link.Groups["attachment"].Index + 1, link.Groups["attachment"].Value, "the attachment", ulong.MaxValue);
                DevicesOf(InodeIn(link))[attachment] = link.Groups["device"].Value;
                continue;
            }

            if (PathLine().Match(line) is not { Success: true } match)
            {
                leftOut.Add((lines.Number, line));
                continue;
            }

            var inode = InodeIn(match);
            if (match.Groups["file"].Value == Attachments)
            {
                DevicesOf(inode);
                continue;
            }

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
                    new ImportedBuffer(buffer.Value.Line, buffer.Value.Size ?? 0, buffer.Value.Exporter ?? string.Empty, buffer.Key,
                        attached.TryGetValue(buffer.Key, out var devices) ? [.. devices.Values.Reverse()] : null)
                    {
                        IsComplete = buffer.Value is { Exporter: not null, Size: not null },
                    }),
            ],
            problems.ToImmutable())
        {
            LeftOut = LeftOutLines.Of(leftOut),
        };

        ulong InodeIn(Match match) => lines.NumberAt(match.Groups["inode"].Index + 1, match.Groups["inode"].Value, "the inode", ulong.MaxValue);

        SortedList<ulong, string> DevicesOf(ulong buffer)
        {
            buffers.TryAdd(buffer, (lines.Number, null, null));
            return attached.TryGetValue(buffer, out var known) ? known : attached[buffer] = [];
        }
    }

    private static T Once<T>(ListingLines lines, Match match, T before, T value) => before is null
        ? value
        : throw lines.Fail(1, $"{Quoted.Text(match.Groups["file"].Value)} of buffer {match.Groups["inode"].Value} appears twice", "each file once");

    [GeneratedRegex(@"^(?:[^\t:]*/)?(?<inode>[0-9]+)/(?<file>exporter_name|size|mmap_count|attachments(?:/[^:]*)?): ?(?<value>.*)\z")]
    private static partial Regex PathLine();

    /// <summary>An attachment's link as printed by <c>find -name device -ls</c>, or with <c>-printf '%p -> %l\n'</c>.</summary>
    [GeneratedRegex(@"^(?:.*[/\s])?(?<inode>[0-9]+)/attachments/(?<attachment>[0-9]+)/device -> (?:\S*/)?(?<device>[^/\s]+)\z")]
    private static partial Regex LinkLine();
}
