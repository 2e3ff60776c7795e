using System.Collections.Immutable;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Logs;

/// <summary>What a kernel log, or the list of mappings of DMA-API debugging, says of DMA. Memory does not grow with the text.</summary>
public sealed class KernelLog
{
    /// <summary>The most different findings that are kept; more are counted.</summary>
    public const int FindingsMax = 2000;

    /// <summary>The most devices whose mappings are counted.</summary>
    public const int DevicesMax = 4096;

    private readonly Dictionary<object, int> _places = [];
    private readonly List<(LogFinding Finding, long Count, long LastLine)> _findings = [];
    private readonly Dictionary<(string Driver, string Device), MappingSum> _mappings = [];

    private KernelLog()
    {
    }

    /// <summary>The lines of the text.</summary>
    public long LineCount { get; private set; }

    /// <summary>Lines that say something of DMA, of all findings together.</summary>
    public long FindingCount { get; private set; }

    /// <summary>The devices that the findings and the mappings name.</summary>
    public IReadOnlyCollection<string> Devices =>
        [.. _findings.Select(found => found.Finding.Device).OfType<string>().Union(_mappings.Keys.Select(mapping => mapping.Device))];

    internal IReadOnlyList<(LogFinding Finding, long Count, long LastLine)> Findings => _findings;

    internal IEnumerable<MappingSum> Mappings => _mappings.Values;

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">It cannot be read.</exception>
    public static KernelLog Read(string path) => Read(FileText.OpenOrFail(path), path);

    /// <summary>Reads a log from a stream.</summary>
    /// <param name="stream">The text; closed when read.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="FileFormatException">It cannot be read further.</exception>
    public static KernelLog Read(Stream stream, string name)
    {
        using var lines = new StreamedLines(stream, name);
        var log = new KernelLog();
        var text = new LogText();
        LogFinding? last = null;
        while (lines.Next())
        {
            if (!text.MayConcern(lines.Line))
            {
                continue;
            }

            log.Take(text, lines.Number, lines.Line[..Math.Min(lines.Line.Length, LogText.LengthMax)].ToString(), ref last);
        }

        log.LineCount = lines.Number;
        return log;
    }

    private void Take(LogText text, long number, string line, ref LogFinding? last)
    {
        if (LogText.MappingIn(line) is { } mapping)
        {
            Add(number, mapping);
            return;
        }

        var before = last;
        var finding = text.Read(number, line, ref last);
        if (finding is not null)
        {
            last = finding;
            Add(finding);
        }
        else if (before is not null && !ReferenceEquals(before, last) && _places.TryGetValue(before.Key, out var place) && _findings[place].Count == 1)
        {
            // The next line has told more of a finding that is the only one of its kind so far.
            _findings[place] = _findings[place] with { Finding = last! };
        }
    }

    private void Add(LogFinding finding)
    {
        FindingCount++;
        if (_places.TryGetValue(finding.Key, out var place))
        {
            var (first, count, _) = _findings[place];
            _findings[place] = (first, count + 1, finding.Line);
        }
        else if (_findings.Count < FindingsMax)
        {
            _places[finding.Key] = _findings.Count;
            _findings.Add((finding, 1, finding.Line));
        }
    }

    private void Add(long number, LoggedMapping mapping)
    {
        if (!_mappings.TryGetValue((mapping.Driver, mapping.Device), out var sum))
        {
            if (_mappings.Count >= DevicesMax)
            {
                return;
            }

            sum = _mappings[(mapping.Driver, mapping.Device)] = new(mapping.Driver, mapping.Device, number);
        }

        sum.Add(mapping);
    }
}

/// <summary>One mapping of /sys/kernel/debug/dma-api/dump.</summary>
internal sealed record LoggedMapping(string Driver, string Device, string Type, ulong Address, ulong SizeBytes, bool IsUnchecked);

/// <summary>The mappings that a device holds.</summary>
internal sealed class MappingSum(string driver, string device, long line)
{
    public string Driver { get; } = driver;

    public string Device { get; } = device;

    public long Line { get; } = line;

    public long Count { get; private set; }

    public ulong SizeBytes { get; private set; }

    public ulong LongestBytes { get; private set; }

    public ulong HighestAddress { get; private set; }

    public long UncheckedCount { get; private set; }

    public SortedDictionary<string, long> Types { get; } = new(StringComparer.Ordinal);

    public void Add(LoggedMapping mapping)
    {
        Count++;
        SizeBytes = mapping.SizeBytes > ulong.MaxValue - SizeBytes ? ulong.MaxValue : SizeBytes + mapping.SizeBytes;
        LongestBytes = Math.Max(LongestBytes, mapping.SizeBytes);
        HighestAddress = Math.Max(HighestAddress, mapping.Address);
        UncheckedCount += mapping.IsUnchecked ? 1 : 0;
        if (Types.Count < 8 || Types.ContainsKey(mapping.Type))
        {
            Types[mapping.Type] = Types.GetValueOrDefault(mapping.Type) + 1;
        }
    }
}
