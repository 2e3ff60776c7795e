using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>Reads the text of /sys/kernel/debug/dma_buf/bufinfo, from its first form (3.8) to today's; the other way is <see cref="DebugfsListing"/>.</summary>
/// <remarks>
/// A buffer's name is whatever its owner set, even with line ends: unknown lines between a buffer and its devices continue its name.
/// Source: drivers/dma-buf/dma-buf.c, dma_buf_debug_show (before 4.19 dma_buf_describe).
/// </remarks>
internal sealed partial class BufinfoText
{
    /// <summary>The first line of a listing.</summary>
    public const string Title = "Dma-buf Objects:";

    /// <summary>The line above the devices of a buffer.</summary>
    public const string DevicesTitle = "Attached Devices:";

    /// <summary>The line for a buffer that the kernel could not lock.</summary>
    public const string Skipped = "ERROR locking buffer object: skipping";

    /// <summary>The meaning of that line.</summary>
    public const string SkippedProblem = "The kernel left a buffer out: it could not lock it.";

    /// <summary>The problem of a text without its total.</summary>
    public const string NoTotal = "The text ends without its total of objects: there may have been more buffers.";

    /// <summary>The problem of a text that ends within a row.</summary>
    public const string CutRow = "The text ends within the line of a buffer, which is left out.";

    /// <summary>Columns that every kernel prints.</summary>
    public static IReadOnlyCollection<string> Needed { get; } = ["size", "flags", "mode", "count", "exp_name"];

    private static readonly string[] _today = [.. Needed, "ino", "name"];

    private readonly ListingLines _lines;
    private readonly ImmutableArray<ImportedBuffer>.Builder _buffers = ImmutableArray.CreateBuilder<ImportedBuffer>();
    private readonly ImmutableArray<ListingProblem>.Builder _problems = ImmutableArray.CreateBuilder<ListingProblem>();
    private string[] _columns = _today;
    private string _rowIndent = string.Empty;
    private string _detailIndent = "\t";
    private bool _hasHeading;

    private BufinfoText(string text, string file) => _lines = new(text, file);

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text: complete, cut short, or buffers without the heading.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">The text is not a listing.</exception>
    public static ImportedListing Parse(string text, string file) => new BufinfoText(text, file).Read();

    /// <summary>The columns of a heading, under their current names; vendors' kernels use others.</summary>
    public static string[] ColumnsOf(string heading, Regex between) =>
    [
        .. between.Split(heading).Select(column => column.Trim()).SkipWhile(column => column.Length == 0)
            .Select(column => column switch { "buf name" => "name", "inode" => "ino", _ => column }),
    ];

    /// <summary>A name as the kernel prints it; null for its placeholders.</summary>
    public static string? NameOf(string? name) => name is "<none>" or "(null)" or "" ? null : name;

    /// <summary>The problem of a text that ends within a buffer.</summary>
    public static string CutBuffer(int line) => $"The text ends within the buffer that starts on line {line}.";

    /// <summary>The problem of a buffer whose stated number of devices is wrong.</summary>
    public static string OtherDevices(ulong stated, int listed) => $"The text says {Counted.Of(stated, "device")} attached, and lists {listed}.";

    /// <summary>The problem of a text whose total is wrong.</summary>
    public static ListingProblem OtherTotal(int line, (ulong Count, ulong Bytes) stated, ImportedListing listing) => new(
        line,
        $"The text says {Counted.Of(stated.Count, "object")} of {Counted.Of(stated.Bytes, "byte")}, and has {listing.Buffers.Length} of {listing.SizeBytes}.");

    private ImportedListing Read()
    {
        ReadHeading();
        while (_lines.TakeText(out var line))
        {
            if (line.Trim() == Skipped)
            {
                _problems.Add(new(_lines.Number, SkippedProblem));
            }
            else if (ObjectsTotal().Match(line) is { Success: true } total)
            {
                return ReadEnd(total);
            }
            else if (!_hasHeading && _buffers.Count > 0 && !line.Contains('\t', StringComparison.Ordinal))
            {
                _lines.PutBack();
                return Listing() with { LeftOut = LeftOutLines.Of(_lines.Rest()) };
            }
            else
            {
                ReadBuffer(line);
            }
        }

        // An incomplete buffer has been reported already.
        if (_hasHeading && (_buffers.Count == 0 || _buffers[^1].IsComplete))
        {
            _problems.Add(new(Math.Max(1, _lines.Number), NoTotal));
        }

        return Listing();
    }

    private ImportedListing Listing() => new(ListingSource.Bufinfo, _buffers.ToImmutable(), _problems.ToImmutable());

    private void ReadHeading()
    {
        if (!_lines.TakeText(out var title))
        {
            throw _lines.Fail(1, "the text is empty", $"'{Title}'");
        }

        _hasHeading = title.Trim() == Title;
        if (!_hasHeading)
        {
            // A copied part of a listing: rows with the current columns.
            _lines.PutBack();
            return;
        }

        if (!_lines.TakeText(out var heading))
        {
            throw _lines.Fail(1, "the text ends after its title", $"the columns {Quoted.AnyOf(Needed)}");
        }

        _columns = ColumnsOf(heading, Tab());
        if (Needed.FirstOrDefault(column => !_columns.Contains(column)) is { } missing)
        {
            throw _lines.Fail(1, $"the heading has no column {missing}", string.Join(", ", _today));
        }

        if (heading[0] == '\t')
        {
            // Until 3.9, everything is indented by two tabs.
            (_rowIndent, _detailIndent) = ("\t\t", "\t\t");
        }
    }

    private ImportedListing ReadEnd(Match total)
    {
        var read = Listing();
        var count = TotalIn(total, "count", "the number of objects");
        var bytes = TotalIn(total, "bytes", "their bytes");
        if (count != (ulong)read.Buffers.Length || bytes != read.SizeBytes)
        {
            _problems.Add(OtherTotal(_lines.Number, (count, bytes), read));
        }

        if (_lines.TakeText(out var more) && _hasHeading)
        {
            throw _lines.Fail(1, $"{Quoted.Text(more)} follows the total", "nothing more");
        }

        return Listing() with { StatedCount = count, StatedBytes = bytes };
    }

    private ulong TotalIn(Match total, string group, string what) =>
        _lines.NumberAt(total.Groups[group].Index + 1, total.Groups[group].Value, what, ulong.MaxValue);

    private void ReadBuffer(string line)
    {
        var start = _lines.Number;
        if (_lines.IsCut)
        {
            _problems.Add(new(start, CutRow));
            return;
        }

        var buffer = ReadRow(line);
        var devices = ImmutableArray.CreateBuilder<string>();
        var isWhole = ReadDetails(ref buffer) && ReadDevices(devices);
        if (!isWhole)
        {
            _problems.Add(new(_lines.Number, CutBuffer(start)));
        }

        _buffers.Add(buffer with
        {
            Name = NameOf(buffer.Name),
            AttachedDevices = devices.ToImmutable(),
            IsComplete = isWhole,
        });
    }

    private ImportedBuffer ReadRow(string line)
    {
        if (!line.StartsWith(_rowIndent, StringComparison.Ordinal))
        {
            throw _lines.Fail(1, $"{Quoted.Text(line)} is not a buffer", "as many tabs before it as before the other buffers");
        }

        // From 5.3 to 5.11 rows have a name that the heading lacks.
        var columns = _columns.Contains("ino") && !_columns.Contains("name") ? [.. _columns, "name"] : _columns;
        var fields = line[_rowIndent.Length..].Split('\t', columns.Length);
        if (fields.Length < _columns.Length)
        {
            throw _lines.Fail(
                1,
                $"{Quoted.Text(line)} has {Counted.Of((ulong)fields.Length, "column")}",
                $"a buffer: {string.Join(", ", _columns)}, with tabs between");
        }

        (string Text, int Column) Field(string name)
        {
            var index = Array.IndexOf(columns, name);
            return index < 0 || index >= fields.Length
                ? (string.Empty, 0)
                : (fields[index], _rowIndent.Length + fields.Take(index).Sum(field => field.Length + 1) + 1);
        }

        ulong NumberIn(string name, ulong max, bool isHex = false)
        {
            var (text, column) = Field(name);
            return _lines.NumberAt(column, text.Trim(), name, max, isHex);
        }

        return new(
            _lines.Number, NumberIn("size", ulong.MaxValue), Field("exp_name").Text.TrimEnd(' '),
            columns.Contains("ino") ? NumberIn("ino", ulong.MaxValue) : null, null)
        {
            Name = Field("name").Text,
            Flags = (uint)NumberIn("flags", uint.MaxValue, isHex: true),
            Mode = (uint)NumberIn("mode", uint.MaxValue, isHex: true),
            Count = (long)NumberIn("count", long.MaxValue),
        };
    }

    /// <summary>Reads up to the title of the devices; false when the text ends before.</summary>
    private bool ReadDetails(ref ImportedBuffer buffer)
    {
        while (_lines.Take(out var line))
        {
            var detail = line.StartsWith(_detailIndent, StringComparison.Ordinal) ? line[_detailIndent.Length..] : string.Empty;
            if (detail == DevicesTitle)
            {
                return true;
            }

            if (_lines.IsCut)
            {
                return false;
            }

            if (ConstraintsLine().Match(detail) is { Success: true } constraints)
            {
                buffer = buffer with { Constraints = ConstraintsOf(constraints) };
            }
            else if (FenceLine().IsMatch(detail))
            {
                buffer = buffer with { Fences = buffer.Fences.Add(detail) };
            }
            else if (!BufinfoReport.IsLogged(line) && buffer.Name?.Length + 1 + line.Length <= ModelName.LengthMax)
            {
                buffer = buffer with { Name = $"{buffer.Name}\n{line}" };
            }
            else
            {
                throw _lines.Fail(
                    1, $"{Quoted.Text(line)} comes before the devices of a buffer", $"a fence, constraints or '{DevicesTitle}'");
            }
        }

        return false;
    }

    /// <summary>Reads up to the number of devices; false when the text ends before.</summary>
    private bool ReadDevices(ImmutableArray<string>.Builder devices)
    {
        while (_lines.Take(out var line))
        {
            if (DevicesTotal().Match(line) is { Success: true } total && total.Groups["indent"].Value == _rowIndent)
            {
                var stated = TotalIn(total, "count", "the number of devices");
                if (stated != (ulong)devices.Count)
                {
                    _problems.Add(new(_lines.Number, OtherDevices(stated, devices.Count)));
                }

                return true;
            }

            if (_lines.IsCut)
            {
                return false;
            }

            if (line.Length > _detailIndent.Length && line.StartsWith(_detailIndent, StringComparison.Ordinal))
            {
                devices.Add(line[_detailIndent.Length..]);
            }
            else if (_rowIndent.Length == 0 || line.Length != 0)
            {
                throw _lines.Fail(
                    1, $"{Quoted.Text(line)} is among the devices of a buffer", "a device after a tab, or 'Total N devices attached'");
            }
        }

        return false;
    }

    private DmaConstraints ConstraintsOf(Match match)
    {
        ulong NumberIn(string group, ulong max, bool isHex = false)
        {
            var found = match.Groups[group];
            return _lines.NumberAt(_detailIndent.Length + found.Index + 1, found.Value, group, max, isHex);
        }

        return new(
            (uint)NumberIn("size", uint.MaxValue),
            (uint)NumberIn("count", uint.MaxValue),
            NumberIn("mask", ulong.MaxValue, isHex: true));
    }

    [GeneratedRegex(@"^Total (?<count>[0-9]+) objects, (?<bytes>[0-9]+) bytes\s*\z")]
    private static partial Regex ObjectsTotal();

    [GeneratedRegex(@"^(?<indent>\t*)Total (?<count>[0-9]+) devices attached\s*\z")]
    private static partial Regex DevicesTotal();

    [GeneratedRegex(@"^Constraints: Seg Count: (?<count>[0-9]+), Seg Size: (?<size>[0-9]+) seg boundary mask: (?<mask>[0-9a-f]+)\z")]
    public static partial Regex ConstraintsLine();

    [GeneratedRegex(@"\t")]
    private static partial Regex Tab();

    [GeneratedRegex(@"^[A-Za-z]+ fence:")]
    public static partial Regex FenceLine();
}
