using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DmaGrains.Model.Constraints;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>
/// Finds a bufinfo listing in other text, such as a bug report: with text around it, log lines between, log or mail prefixes, colours,
/// blanks for tabs, or its top cut off. Lines outside the listing are skipped and reported.
/// </summary>
/// <remarks>
/// Here a buffer's name ends with its line; <see cref="BufinfoText"/> reads an unmodified text exactly. Source of vendors' forms: the msm
/// kernels' drivers/dma-buf/dma-buf.c ("buf name") and dma-buf-ref.c ("inode", a heading before each buffer).
/// </remarks>
internal sealed partial class BufinfoReport
{
    private const int TabWidth = 8;

    private readonly ListingLines _lines;
    private readonly ImmutableArray<ImportedBuffer>.Builder _buffers = ImmutableArray.CreateBuilder<ImportedBuffer>();
    private readonly ImmutableArray<ListingProblem>.Builder _problems = ImmutableArray.CreateBuilder<ListingProblem>();
    private readonly List<(int Line, string Text)> _leftOut = [];
    private readonly List<(Line Line, int Number)> _candidates = [];

    private Regex _row = PlainRow();
    private ImportedBuffer? _buffer;
    private Line? _bufferLine;
    private Line? _devicesTitle;
    private Match? _total;
    private bool _hasTitle;
    private bool _isCutAbove;
    private int _indent;

    private BufinfoReport(string text, string file) => _lines = new(text, file);

    /// <summary>Reads the first listing in a text; null when there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">A number of the listing is out of range.</exception>
    public static ImportedListing? Parse(string text, string file) => new BufinfoReport(text, file).Read();

    /// <summary>Whether something other than the kernel has prefixed or coloured lines.</summary>
    public static bool IsMarked(string text) => Colour().IsMatch(text);

    /// <summary>Whether a line starts with a log prefix.</summary>
    public static bool IsLogged(string line) => Stamp().IsMatch(line);

    private ImportedListing? Read()
    {
        var stated = ((ulong Count, ulong Bytes)?)null;
        while (_lines.Take(out var raw))
        {
            var line = Line.Of(raw);
            _indent = Math.Max(0, raw.IndexOf(line.Text, StringComparison.Ordinal));
            if (line.Text.Length == 0)
            {
                continue;
            }

            if (_total is not null)
            {
                if (line.Text == BufinfoText.Title)
                {
                    _problems.Add(new(_lines.Number, "Another listing begins: it is not read."));
                }

                LeaveOut(line);
            }
            else if (ObjectsTotal().Match(line.Text) is { Success: true } total)
            {
                EndBuffer(null);
                _total = total;
                stated = (NumberIn(total, "count"), NumberIn(total, "bytes"));
            }
            else
            {
                ReadLine(line);
            }
        }

        EndBuffer(null);
        return _buffers.Count == 0 && (_total is null || !_hasTitle) ? null : ListingOf(stated);
    }

    private ImportedListing ListingOf((ulong Count, ulong Bytes)? stated)
    {
        var listing = new ImportedListing(ListingSource.Bufinfo, _buffers.ToImmutable(), []);
        if (_isCutAbove)
        {
            _problems.Insert(0, new(_buffers.Count > 0 ? _buffers[0].Line : 1, "The text begins within a buffer, which is left out."));
        }

        if (stated is { } said && (said.Count != (ulong)listing.Buffers.Length || said.Bytes != listing.SizeBytes))
        {
            _problems.Add(BufinfoText.OtherTotal(_lines.Number, said, listing));
        }
        else if (stated is null && _hasTitle)
        {
            _problems.Add(new(Math.Max(1, _lines.Number), BufinfoText.NoTotal));
        }

        return listing with
        {
            Problems = _problems.ToImmutable(),
            StatedCount = stated?.Count,
            StatedBytes = stated?.Bytes,
            LeftOut = LeftOutLines.Of(_leftOut),
        };
    }

    private void ReadLine(Line line)
    {
        if (line.Text == BufinfoText.Title)
        {
            _hasTitle = true;
        }
        else if (RowUnder(line.Text) is { } row)
        {
            // Some kernels print a heading before each buffer.
            _row = row;
            EndBuffer(null);
        }
        else if (line.Text == BufinfoText.Skipped)
        {
            _problems.Add(new(_lines.Number, BufinfoText.SkippedProblem));
        }
        else if (_row.Match(line.Text) is { Success: true } match)
        {
            EndBuffer(null);
            if (_lines.IsCut)
            {
                _problems.Add(new(_lines.Number, BufinfoText.CutRow));
                return;
            }

            (_buffer, _bufferLine) = (BufferOf(match), line);
        }
        else
        {
            ReadDetail(line);
        }
    }

    private void ReadDetail(Line line)
    {
        if (line.Text == BufinfoText.DevicesTitle)
        {
            _isCutAbove |= _buffer is null;
            _devicesTitle = line;
        }
        else if (DevicesTotal().Match(line.Text) is { Success: true } total)
        {
            _isCutAbove |= _buffer is null;
            EndBuffer(NumberIn(total, "count"));
        }
        else if (BufinfoText.ConstraintsLine().Match(line.Text) is { Success: true } constraints)
        {
            _isCutAbove |= _buffer is null;
            _buffer = _buffer is null ? null : _buffer with
            {
                Constraints = new DmaConstraints(
                    (uint)NumberIn(constraints, "size", uint.MaxValue), (uint)NumberIn(constraints, "count", uint.MaxValue),
                    NumberIn(constraints, "mask", isHex: true)),
            };
        }
        else if (_devicesTitle is null && BufinfoText.FenceLine().IsMatch(line.Text))
        {
            _isCutAbove |= _buffer is null;
            _buffer = _buffer is null ? null : _buffer with { Fences = _buffer.Fences.Add(line.Text) };
        }
        else if (_devicesTitle is not null)
        {
            _candidates.Add((line, _lines.Number));
        }
        else
        {
            LeaveOut(line);
        }
    }

    /// <summary>Ends the current buffer, if any: of the lines under its devices' title, those with a device's indent are devices.</summary>
    /// <param name="stated">The number of devices that the text states; null when it stops before.</param>
    private void EndBuffer(ulong? stated)
    {
        if (_buffer is { } buffer && _bufferLine is { } bufferLine)
        {
            var devices = _candidates.Where(line => line.Line.IsLogged == bufferLine.IsLogged && line.Line.Indent >= _devicesTitle?.Indent).ToList();
            if (stated is { } count && count < (ulong)devices.Count)
            {
                var deeper = devices.Where(line => line.Line.Indent > bufferLine.Indent).ToList();
                devices = count <= (ulong)deeper.Count ? deeper : devices;
            }

            _leftOut.AddRange(_candidates.Except(devices).Select(line => (line.Number, line.Line.Text)));
            _buffers.Add(buffer with { AttachedDevices = [.. devices.Select(line => line.Line.Text)], IsComplete = stated is not null });
            if (stated is null)
            {
                _problems.Add(new(_lines.Number, BufinfoText.CutBuffer(buffer.Line)));
            }
            else if (stated != (ulong)devices.Count)
            {
                _problems.Add(new(_lines.Number, BufinfoText.OtherDevices(stated.Value, devices.Count)));
            }
        }
        else
        {
            _leftOut.AddRange(_candidates.Select(line => (line.Number, line.Line.Text)));
        }

        _candidates.Clear();
        (_buffer, _bufferLine, _devicesTitle) = (null, null, null);
    }

    private ImportedBuffer BufferOf(Match row)
    {
        var name = row.Groups["name"].Value.Trim();
        return new(
            _lines.Number, NumberIn(row, "size"), row.Groups["exporter"].Value,
            row.Groups["ino"].Success ? NumberIn(row, "ino") : null, null)
        {
            Name = BufinfoText.NameOf(name),
            Flags = (uint)NumberIn(row, "flags", uint.MaxValue, isHex: true),
            Mode = (uint)NumberIn(row, "mode", uint.MaxValue, isHex: true),
            Count = (long)NumberIn(row, "count", long.MaxValue),
        };
    }

    private ulong NumberIn(Match match, string group, ulong max = ulong.MaxValue, bool isHex = false) =>
        _lines.NumberAt(_indent + match.Groups[group].Index + 1, match.Groups[group].Value, group, max, isHex);

    private void LeaveOut(Line line) => _leftOut.Add((_lines.Number, line.Text));

    /// <summary>The pattern of rows under a heading; null when the line is not a heading.</summary>
    private static Regex? RowUnder(string line)
    {
        var columns = BufinfoText.ColumnsOf(line.Replace("buf name", "name", StringComparison.Ordinal), Blanks());
        if (BufinfoText.Needed.Except(columns).Any())
        {
            return null;
        }

        var pattern = string.Join(@"\s+", columns.Select((column, index) => column switch
        {
            "size" => "(?<size>[0-9]+)",
            "flags" => "(?<flags>[0-9a-fA-F]+)",
            "mode" => "(?<mode>[0-9a-fA-F]+)",
            "count" => "(?<count>[0-9]+)",
            "exp_name" => @"(?<exporter>\S+(?: \S+)*?)",
            "ino" => "(?<ino>[0-9]+)",
            "name" when index == columns.Length - 1 => "(?<name>.*)",
            "name" => @"(?<name>\S+(?: \S+)*?)",
            _ => @"\S+",
        }));

        // A name may be empty; from 5.3 to 5.11 rows have a name that the heading lacks.
        pattern = columns[^1] == "name" ? pattern.Replace(@"\s+(?<name>.*)", @"(?:\s+(?<name>.*))?", StringComparison.Ordinal)
            : columns.Contains("ino") && !columns.Contains("name") ? pattern + @"(?:\s+(?<name>.*))?"
            : pattern;
        return new($"^{pattern}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    /// <summary>A row without a heading, with the kernel's padding, so that other numbers are not mistaken for one.</summary>
    [GeneratedRegex(@"^(?<size>[0-9]{8,})\s+(?<flags>[0-9a-f]{8})\s+(?<mode>[0-9a-f]{8})\s+(?<count>[0-9]{8,})\s+(?<exporter>\S+(?: \S+)*?)(?:\s+(?<ino>[0-9]{8,})(?:\s+(?<name>.*))?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex PlainRow();

    [GeneratedRegex(@"^Total (?<count>[0-9]+) objects, (?<bytes>[0-9]+) bytes$")]
    private static partial Regex ObjectsTotal();

    [GeneratedRegex(@"^Total (?<count>[0-9]+) devices attached$")]
    private static partial Regex DevicesTotal();

    /// <summary>Terminal escapes: colours, titles, cursors.</summary>
    [GeneratedRegex(@"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B])")]
    private static partial Regex Escapes();

    [GeneratedRegex(@"\x1b\[[0-9;]*[mK]")]
    private static partial Regex Colour();

    [GeneratedRegex(@"^(?: ?>)+ ?")]
    private static partial Regex Quotation();

    /// <summary>Log prefixes: dmesg (with level, time and caller), syslog, journal, logcat.</summary>
    [GeneratedRegex(@"^(?:<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} \S+ [^:\s]+: ?(?:\[ *[0-9]+\.[0-9]+\] ?)?|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}\S* (?:\S+ [^:\s]+: ?)?(?:\[ *[0-9]+\.[0-9]+\] ?)?|[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]+ +[0-9]+ +[0-9]+ [VDIWEF] [^:]+: ?|\[ *[0-9]+\.[0-9]{3,9}\](?:\[ *[TC][0-9]+\])? ?|\[[A-Z][a-z]{2} [A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} [0-9]{4}\] ?)")]
    private static partial Regex Stamp();

    /// <summary>A line without prefixes and escapes.</summary>
    /// <param name="Text">Without blanks around it.</param>
    /// <param name="Indent">Its indent, in characters.</param>
    /// <param name="IsLogged">Whether it had a log prefix.</param>
    private sealed record Line(string Text, int Indent, bool IsLogged)
    {
        public static Line Of(string raw)
        {
            var plain = Escapes().Replace(raw, string.Empty).TrimEnd('\r');
            plain = plain[Quotation().Match(plain).Length..];
            var stamp = Stamp().Match(plain).Length;

            // dmesg escapes tabs.
            plain = plain[stamp..].Replace(@"\x09", "\t", StringComparison.Ordinal);
            var indent = plain.TakeWhile(char.IsWhiteSpace).Sum(blank => blank == '\t' ? TabWidth : 1);
            return new(plain.Trim(), indent, stamp > 0);
        }
    }
}
