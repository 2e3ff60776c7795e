using System.Globalization;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Model;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes what a trace tells for people, in lines of 80 columns where names allow it.</summary>
internal static class TraceText
{
    private const int StepsMax = 200;
    private const int LinesMax = 20;
    private const int SegmentsMax = 1;

    /// <summary>The buffers, what happened to them, who still holds what, what went wrong and what is not known.</summary>
    public static void Write(Terminal terminal, TraceReport report)
    {
        var totals = report.Totals;
        terminal.Line(
            $"{Counted.Of((ulong)report.EventCount, "event")} in {Seconds(report.DurationNs)} s: {Of(totals.Exports, "export")}, {Of(totals.Attaches, "attach", "attaches")}, "
            + $"{Of(totals.Maps, "map")},");
        terminal.Line(
            $"{Of(totals.RefusedMaps, "refused map")}, {Of(totals.Unmaps, "unmap")}, {Of(totals.Detaches, "detach", "detaches")}, {Of(totals.Releases, "release")}"
            + (totals.BouncedMaps == 0 ? string.Empty : $"; {Of(totals.BouncedMaps, "map")} copied"));
        terminal.Line();
        WriteBuffers(terminal, report);
        WriteSteps(terminal, report);
        WriteHeld(terminal, report);
        WriteDevices(terminal, report);
        WriteWrong(terminal, report);
        Write(terminal, "Not known from this trace", report.Unknown.Select(sentence => $"  {sentence}"), report.Unknown.Length);
        if (report.Scenario is { } scenario)
        {
            terminal.Line();
            terminal.Line($"Scenario {Shown(scenario.File)}: {Of(scenario.Buffers, "buffer")}, {Of(scenario.StepCount, "step")}, on {Shown(scenario.BoardFile)}");
            foreach (var difference in scenario.Differences.Take(LinesMax))
            {
                terminal.Line($"  {difference}");
            }
        }
    }

    private static void WriteBuffers(Terminal terminal, TraceReport report)
    {
        if (report.Buffers.IsEmpty)
        {
            terminal.Line("No buffers.");
            return;
        }

        terminal.Table(
            ["buffer", "inode", "exporter", "size", "exported by", "line", "released"],
            report.Buffers.Take(StepsMax).Select(buffer => (string[])
            [
                buffer.Buffer,
                Number(buffer.Inode),
                Shown(buffer.Exporter ?? "?"),
                Number(buffer.SizeBytes),
                buffer.Task is { } task ? Shown($"{task}-{buffer.Pid}") : "before",
                Number((ulong)buffer.Line),
                buffer.ReleaseLine is { } line ? $"line {line}" : buffer.WentUnseen ? "unseen" : "no",
            ]));
        More(terminal, report.Buffers.Length, StepsMax, "buffer");
    }

    private static void WriteSteps(Terminal terminal, TraceReport report)
    {
        terminal.Line();
        foreach (var step in report.Steps.Take(StepsMax))
        {
            terminal.Line($"{step.Line,6} {WhatOf(step)}");
            if (ListOf(step) is { } list)
            {
                terminal.Line($"         {list}");
            }
        }

        More(terminal, report.StepCount, StepsMax, "step");
    }

    private static string WhatOf(TraceStepReport step)
    {
        var device = Shown(step.Device ?? "?");
        var ending = step.Outcome switch
        {
            Vocabulary.Ok => string.Empty,
            null => ": does not return",
            var errno => $": {errno}",
        };
        var what = step.Op switch
        {
            "export" => $"{Shown(step.Exporter ?? "?")} exports {step.Buffer ?? "nothing"}, {Number(step.SizeBytes)} bytes",
            "attach" => $"{device} attaches to {step.Buffer}{(step.DynamicImporter == true ? ", with callbacks" : string.Empty)}",
            "map" => $"{device} maps {step.Buffer}{(step.Direction is { } direction ? $" {direction}" : string.Empty)}",
            "unmap" => $"{device} unmaps {step.Buffer}{Kept(step)}",
            "detach" => $"{device} detaches from {step.Buffer}",
            "release" => $"{step.Buffer} ends",
            var other => $"{other} {step.Buffer}",
        };
        return $"{Shown(step.Task)}-{step.Pid}: {what}{ending}";
    }

    private static string Kept(TraceStepReport step) => step.DmaApiCall == false ? "; its list is kept" : string.Empty;

    private static string? ListOf(TraceStepReport step)
    {
        if (step.Op != "map" || step.Segments is not { } count || step.Outcome != Vocabulary.Ok)
        {
            return step is { Note: { } why, Outcome: not Vocabulary.Ok } ? why : null;
        }

        var entries = step.Entries is { } made && made != count ? $" of {Counted.Of(made, "entry", "entries")}" : string.Empty;
        var longest = step.LongestSegment is { } bytes ? $", longest {bytes}" : string.Empty;
        var shown = step.SegmentList.IsEmpty ? string.Empty
            : $": {string.Join(", ", step.SegmentList.Take(SegmentsMax).Select(segment => $"0x{segment.Address:x}+{segment.LengthBytes}"))}{(count > SegmentsMax ? ", …" : string.Empty)}";
        string[] marks =
        [
            .. step.DmaApiCall == false ? (string[])["the list of before"] : [],
            .. step.Translated == true ? (string[])["translated"] : [],
            .. step.Bounced == true ? (string[])[$"{step.BouncedBytes} bytes copied"] : [],
        ];
        return $"{Counted.Of(count, "segment")}{entries}{longest}{shown}{(marks.Length == 0 ? string.Empty : $" ({string.Join(", ", marks)})")}";
    }

    private static void WriteHeld(Terminal terminal, TraceReport report)
    {
        if (report.Held.IsEmpty)
        {
            if (!report.Buffers.IsEmpty)
            {
                terminal.Line();
                terminal.Line("At the end nothing is held.");
            }

            return;
        }

        Write(terminal, "Still held at the end", report.Held.Take(LinesMax).Select(held => held.Device is { } device
            ? $"  {held.Buffer} ({Number(held.SizeBytes)} bytes): {Shown(device)}, {(held.MapCount > 0 ? $"mapped {Of(held.MapCount, "time")}" : held.ListKept == true ? "unmapped, its list is kept" : "not mapped")}; attached by {Shown(held.Task ?? "?")}-{held.Pid}, line {held.Line}"
            : $"  {held.Buffer} ({Number(held.SizeBytes)} bytes): nobody attached, not released; {(held.Task is { } task ? $"exported by {Shown(task)}-{held.Pid}" : "older than the trace")}, line {held.Line}"), report.HeldCount);
    }

    private static void WriteDevices(Terminal terminal, TraceReport report)
    {
        var others = report.Devices.Where(device => device.OtherLists + device.PagesMapped + device.Allocations + device.Faults > 0 || device.OtherBouncedBytes > 0).ToList();
        Write(terminal, "Mapped beside buffers", others.Take(LinesMax).Select(device =>
            $"  {Shown(device.Device)}: {Of(device.OtherLists, "list")}, {Of(device.PagesMapped, "page")} ({device.PagesUnmapped} unmapped), {Of(device.Allocations, "allocation")} ({device.Frees} freed)"
            + (device.OtherBouncedBytes > 0 ? $"; {Counted.Of(device.OtherBouncedBytes, "byte")} copied" : string.Empty)), others.Count);
    }

    private static void WriteWrong(Terminal terminal, TraceReport report)
    {
        if (report.Board is { } board)
        {
            var known = report.Devices.Count(device => device.BufferMaps > 0 && device.BoardDevice is not null);
            var all = report.Devices.Count(device => device.BufferMaps > 0);
            terminal.Line();
            terminal.Line($"Held against {board}, which knows {known} of {Of(all, "importing device")}:");
            if (report.BoardProblem is { } unmatched)
            {
                terminal.Line("  ", "board", false, $": {unmatched}");
            }
            else if (report.LimitsBrokenCount == 0)
            {
                terminal.Line("  no limit is broken");
            }

            foreach (var broken in report.LimitsBroken.Take(LinesMax))
            {
                terminal.Line($"  line {broken.Line}, {broken.Buffer}: ", broken.Refusal.Field ?? broken.Refusal.Errno, false, $": {broken.Refusal.Reason}");
                if (broken.Refusal.Cure is { } cure)
                {
                    terminal.Line($"    {cure}");
                }
            }

            More(terminal, report.LimitsBrokenCount, LinesMax, "broken limit");
        }

        Write(terminal, "Failed", report.Failures.Take(LinesMax).Select(failed => $"  line {failed.Line}: {failed.Problem}"), report.Failures.Length);
        Write(terminal, "Wrong with the trace", report.Problems.Take(LinesMax).Select(problem => $"  line {problem.Line}: {problem.Problem}"), report.ProblemCount);
    }

    private static void Write(Terminal terminal, string heading, IEnumerable<string> lines, long count)
    {
        if (count == 0)
        {
            return;
        }

        terminal.Line();
        terminal.Line($"{heading}:");
        foreach (var line in lines)
        {
            terminal.Line(line);
        }

        More(terminal, count, LinesMax, "other", "others");
    }

    private static void More(Terminal terminal, long count, int shown, string what, string? many = null)
    {
        if (count > shown)
        {
            terminal.Line($"  and {Counted.Of((ulong)(count - shown), what, many)}; --json has more");
        }
    }

    private static string Of(long count, string one, string? many = null) => Counted.Of((ulong)count, one, many);

    private static string Number(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static string Seconds(ulong nanoseconds) => (nanoseconds / 1e9).ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Shown(string text) => HarmlessText.Short(text, Quoted.LengthMax);
}
