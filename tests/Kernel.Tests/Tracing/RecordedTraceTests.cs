using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Kernel.Tests.Tracing;

/// <summary>Recordings of real kernels, each with what really happened: a folder beside the project, or the one that DMAGRAINS_TRACES names.</summary>
public class RecordedTraceTests
{
    private static readonly string[] _texts = ["trace.txt", "report.txt", "report-raw.txt", "script.txt", "script-fields.txt"];
    private static readonly string[] _ops = ["export", "attach", "map", "unmap", "detach", "release"];

    public static TheoryData<string> Recordings
    {
        get
        {
            var folder = Folder();
            string[] found = folder is null ? []
                :
                [
                    .. Directory.EnumerateFiles(folder, "expected.json", SearchOption.AllDirectories)
                        .SelectMany(known => _texts.Select(text => Path.Combine(Path.GetDirectoryName(known)!, text)))
                        .Where(File.Exists).Select(text => Path.GetRelativePath(folder, text)).Order(StringComparer.Ordinal),
                ];

            // A theory without rows would fail; this row says that there is nothing to compare.
            return [.. found.DefaultIfEmpty(string.Empty)];
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_recording_tells_what_happened(string recording)
    {
        Assert.SkipWhen(recording.Length == 0, "There are no recordings: set DMAGRAINS_TRACES to a folder of them.");
        var path = Path.Combine(Folder()!, recording);
        var history = KernelTrace.Read(path);
        using var known = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "expected.json")));
        var expected = known.RootElement;
        var steps = expected.GetProperty("steps").EnumerateArray()
            .Where(step => _ops.Contains(step.GetProperty("op").GetString()) && !step.TryGetProperty("before_recording", out _) && !step.TryGetProperty("after_recording", out _))
            .ToList();
        var mine = history.Steps.Where(step => step.Op <= TraceOp.Release).ToList();

        Assert.DoesNotContain(history.Problems, problem => !problem.Problem.Contains("lost", StringComparison.Ordinal));
        Assert.Equal(Totals(expected.GetProperty("totals")), TotalsOf(history));
        var names = NamesOf(expected, mine);
        foreach (var buffer in names.Values)
        {
            Assert.Equal(
                string.Join('\n', steps.Where(step => step.GetProperty("buffer").GetString() == buffer).Select(step => Line(step, history.HasDmaEvents))),
                string.Join('\n', mine.Where(step => names[step.Buffer!.Name] == buffer).Select((step, _) => Line(step, buffer, history.HasDmaEvents, steps))));
        }

        if (!steps.Any(step => step.TryGetProperty("order_free_in", out _)) && steps.Select(step => step.GetProperty("process").GetString()).Distinct().Count() == 1)
        {
            Assert.Equal(steps.Select(Order), mine.Select(step => $"{Word(step.Op)} {names[step.Buffer!.Name]} {step.Device}"));
        }

        Lists(steps, mine, names);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_recording_held_against_its_devices_breaks_the_limits_that_it_broke(string recording)
    {
        Assert.SkipWhen(recording.Length == 0, "There are no recordings: set DMAGRAINS_TRACES to a folder of them.");
        var path = Path.Combine(Folder()!, recording);
        using var known = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "expected.json")));
        var expected = known.RootElement;
        var history = KernelTrace.Read(path, new TraceLimits(BoardOf(expected), ImmutableDictionary<string, string>.Empty));
        var names = NamesOf(expected, [.. history.Steps]);

        // A list that its program does not know may break more.
        var unknown = expected.GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("op").GetString() == "map" && !step.TryGetProperty("entries", out _)).Select(step => $"{Text(step, "buffer")} {Text(step, "device")}").ToHashSet();
        var broken = expected.GetProperty("limits_broken").EnumerateArray()
            .Where(limit => Text(limit, "limit") != "refused by the kernel")
            .Select(limit => $"{Text(limit, "buffer")} {Text(limit, "device")} {(Text(limit, "limit") is "contiguous" ? "max_segment_count" : Text(limit, "limit"))}");

        Assert.Equal(broken.Order(), history.Broken
            .Select(limit => (Map: $"{names[limit.Buffer]} {limit.Device}", limit.Refusal.Field))
            .Where(limit => !unknown.Contains(limit.Map) || broken.Contains($"{limit.Map} {limit.Field}"))
            .Select(limit => $"{limit.Map} {limit.Field}").Order());
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task A_recording_plays_to_the_same_end(string recording)
    {
        Assert.SkipWhen(recording.Length == 0, "There are no recordings: set DMAGRAINS_TRACES to a folder of them.");
        var made = await TraceScenario.OfAsync(KernelTrace.Read(Path.Combine(Folder()!, recording)), "again.yaml", "again.board.yaml", TestContext.Current.CancellationToken);
        var board = BoardFile.Parse(made.BoardText!, "again.board.yaml");
        var scenario = ScenarioFile.Parse(made.Text.Replace("board: again.board.yaml", "board: traced", StringComparison.Ordinal), "again.yaml", board);
        var report = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(board).Value, TestContext.Current.CancellationToken);

        Assert.True(report.Result is RunResult.Good or RunResult.Hazard, string.Join('\n', made.Differences));
    }

    private static BoardDefinition BoardOf(JsonElement expected) => BoardFile.Parse(
        "name: known\ntitle: known\nmemory:\n  - {name: m, kind: system, start: 0x0, size: 64GiB}\ndevices:\n" + string.Concat(
            expected.GetProperty("importers").EnumerateArray().Select(importer =>
            {
                // A default that nobody set is left out: that is what it is called when it breaks.
                var size = importer.GetProperty("max_segment_size").GetInt64();
                var isSet = size != 65536 || Text(importer, "limits_from")!.Contains("program", StringComparison.Ordinal);
                return $"  - name: {KernelName.ToModel(Text(importer, "device")!)}\n    dma_mask: {Text(importer, "dma_mask")}\n    segment_boundary_mask: {Text(importer, "segment_boundary_mask")}\n"
                    + (isSet ? $"    max_segment_size: {size}\n" : string.Empty)
                    + (importer.TryGetProperty("contiguous", out _) ? "    contiguous: true\n" : string.Empty);
            })),
        "the known devices");

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("DMAGRAINS_TRACES") is { Length: > 0 } named)
        {
            return named;
        }

        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Directory.Exists(Path.Combine(at.FullName, "shared", "traces")))
            {
                return Path.Combine(at.FullName, "shared", "traces");
            }
        }

        return null;
    }

    /// <summary>Buffers by their name in the report: both sides see the exports in the same order, also without inode numbers.</summary>
    private static Dictionary<string, string> NamesOf(JsonElement expected, List<TracedStep> mine)
    {
        var inodes = expected.GetProperty("buffers").EnumerateArray().ToDictionary(buffer => buffer.GetProperty("ino").GetUInt64(), buffer => buffer.GetProperty("buffer").GetString()!);
        var exports = new Queue<string>(expected.GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("op").GetString() == "export" && !step.TryGetProperty("before_recording", out _)).Select(step => step.GetProperty("buffer").GetString()!));
        var names = new Dictionary<string, string>();
        foreach (var step in mine.Where(step => step.Buffer is not null && step.Result == 0))
        {
            var name = step.Op == TraceOp.Export ? exports.Dequeue() : null;
            if (step.Buffer!.Inode is { } inode)
            {
                names.TryAdd(step.Buffer.Name, inodes[inode]);
                Assert.True(name is null || name == inodes[inode]);
            }
            else
            {
                names.TryAdd(step.Buffer.Name, name!);
            }
        }

        return names;
    }

    private static string Totals(JsonElement totals) => string.Join(' ', _totals.Select(name => totals.GetProperty(name).GetInt64()));

    private static readonly string[] _totals = ["exports", "attaches", "maps", "refused_maps", "unmaps", "detaches", "releases", "bounced_maps"];

    private static string TotalsOf(TraceHistory history) => string.Join(
        ' ', history.CountOf(TraceOp.Export), history.CountOf(TraceOp.Attach), history.CountOf(TraceOp.Map) - history.RefusedMaps, history.RefusedMaps,
        history.CountOf(TraceOp.Unmap), history.CountOf(TraceOp.Detach), history.CountOf(TraceOp.Release), history.BouncedMaps);

    private static string Order(JsonElement step) => $"{step.GetProperty("op").GetString()} {step.GetProperty("buffer").GetString()} {Text(step, "device")}";

    private static string Word(TraceOp op) => JsonNamingPolicy.KebabCaseLower.ConvertName(op.ToString());

    private static string? Text(JsonElement step, string name) => step.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>What is expected of a step, as far as it is known.</summary>
    private static string Line(JsonElement step, bool hasDma)
    {
        var op = step.GetProperty("op").GetString();
        var refused = step.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Number;
        return string.Join(
            ' ',
            op,
            Text(step, "device"),
            op == "export" ? $"{Text(step, "exporter")} {Text(step, "size")}" : null,
            Text(step, "direction"),
            refused ? result.ToString() : null,
            step.TryGetProperty("entries", out _) ? $"{Text(step, "entries")} to {Text(step, "segments")}" : null,
            op == "attach" && Text(step, "dynamic_importer") == "True" ? "dynamic" : null,
            hasDma && !refused && op != "attach" ? Text(step, "dma_api_call") : null,
            hasDma && !refused && Text(step, "bounced") == "True" ? Text(step, "bounced_slots_of_2KiB") : null);
    }

    private static string Line(TracedStep step, string buffer, bool hasDma, List<JsonElement> steps)
    {
        var isCounted = steps.Any(other => Text(other, "buffer") == buffer && Text(other, "device") == step.Device && other.TryGetProperty("entries", out _));
        return string.Join(
            ' ',
            Word(step.Op),
            step.Device,
            step.Op == TraceOp.Export ? $"{step.Exporter} {step.SizeBytes}" : null,
            step.Op == TraceOp.Map ? Word(step.Direction!.Value) : null,
            step.Result != 0 ? step.Result?.ToString(CultureInfo.InvariantCulture) : null,
            step is { Op: TraceOp.Map, Result: 0 } && isCounted ? $"{step.EntryCount} to {step.SegmentCount}" : null,
            step.IsDynamic == true ? "dynamic" : null,
            hasDma && step.Result == 0 && step.Op is TraceOp.Map or TraceOp.Unmap or TraceOp.Detach && hasDma ? step.DmaApiCall?.ToString() : null,
            hasDma && step is { Op: TraceOp.Map, Result: 0, List.Bounces.Count: > 0 } ? step.List.Bounces.Slots.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static string Word(Model.Buffers.DmaDirection direction) => JsonNamingPolicy.KebabCaseLower.ConvertName(direction.ToString());

    private static void Lists(List<JsonElement> steps, List<TracedStep> mine, Dictionary<string, string> names)
    {
        var maps = mine.Where(step => step.Op == TraceOp.Map).ToLookup(step => $"{names[step.Buffer!.Name]} {step.Device}");
        var at = new Dictionary<string, int>();
        foreach (var step in steps.Where(step => step.GetProperty("op").GetString() == "map"))
        {
            var key = $"{Text(step, "buffer")} {Text(step, "device")}";
            var index = at[key] = at.GetValueOrDefault(key, -1) + 1;
            if (maps[key].ElementAt(index).List is not { } list)
            {
                continue;
            }

            var shown = list.Segments.Select(segment => (segment.Address, segment.LengthBytes)).ToList();
            if (step.TryGetProperty("longest_segment", out var longest))
            {
                Assert.Equal(longest.GetUInt64(), list.LongestBytes);
            }

            if (step.TryGetProperty("segment_list", out var given))
            {
                Assert.Equal(given.EnumerateArray().Select(Segment), shown);
            }

            if (step.TryGetProperty("first_segment", out var first))
            {
                Assert.Equal(Segment(first), shown[0]);
            }
        }
    }

    private static (ulong Address, ulong LengthBytes) Segment(JsonElement segment) => (
        ulong.Parse(segment[0].GetString()![2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), segment[1].GetUInt64());
}
