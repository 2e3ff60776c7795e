using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tracing;

/// <summary>Reads a trace of a running kernel: tracefs, <c>trace-cmd report</c> or <c>perf script</c>, of any length.</summary>
public static class KernelTrace
{
    /// <summary>Reads a trace from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">A board to hold each list against, or null.</param>
    /// <exception cref="FileFormatException">It cannot be read, or has no event.</exception>
    public static TraceHistory Read(string path, TraceLimits? limits = null) => Read(FileText.OpenOrFail(path), path, limits);

    /// <summary>The devices of a trace, by the kernel's names.</summary>
    public static IReadOnlyCollection<string> DevicesOf(TraceHistory history) =>
        [.. history.Devices.Select(device => device.Name).Union(history.Steps.Select(step => step.Device).OfType<string>())];

    /// <summary>Reads a trace from a stream.</summary>
    /// <param name="stream">The text; closed when read.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="limits">A board to hold each list against, or null.</param>
    /// <exception cref="FileFormatException">It cannot be read further, or has no event.</exception>
    public static TraceHistory Read(Stream stream, string name, TraceLimits? limits = null)
    {
        using var lines = new StreamedLines(stream, name);
        var history = new TraceHistory(limits);
        var text = new TraceText();
        while (lines.Next())
        {
            if (lines.IsTooLong)
            {
                history.Problem(lines.Number, $"The line has more than {StreamedLines.LengthMax} characters and is left out.");
            }
            else if (lines.IsUnfinished && text.Read(lines.Number, lines.Line) is { Head.Event: not null })
            {
                history.Problem(lines.Number, "The text ends within this event, which is left out.");
            }
            else
            {
                history.Add(text.Read(lines.Number, lines.Line));
            }
        }

        return history.EventCount > 0 || history.ProblemCount > 0
            ? history
            : throw new Place(name, 1, 1).Fail("the text has no event of a trace", "what tracefs, 'trace-cmd report' or 'perf script' print");
    }
}
