using System.Globalization;

namespace DmaGrains.Kernel.Tracing;

/// <summary>What stands before the text of an event: who ran where and when, and which event it is.</summary>
/// <param name="Task">The name of the task that ran; anything its owner likes.</param>
/// <param name="Pid">Its number.</param>
/// <param name="Cpu">The processor.</param>
/// <param name="AtNs">When, in nanoseconds of the recorder's clock.</param>
/// <param name="Event">The event, without its group.</param>
/// <param name="Text">Where the text of the event begins in the line.</param>
/// <remarks>
/// Source: Documentation/trace/ftrace.rst for tracefs; the outputs of trace-cmd 3.1.6 and perf 6.1. All three give a task's name 16 columns,
/// so what looks like the rest of a head within them is part of a name.
/// </remarks>
internal readonly record struct TraceHead(string Task, int Pid, int Cpu, ulong AtNs, string Event, int Text)
{
    private const int NameColumns = 16;
    private const int FlagsMax = 8;

    /// <summary>Reads the head of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="names">Names that came before, so that each is kept once.</param>
    /// <param name="head">The head.</param>
    /// <returns>False when the line has none.</returns>
    public static bool TryRead(ReadOnlySpan<char> line, NameTable names, out TraceHead head) =>
        TryRead(line, NameColumns + 1, names, out head) || TryRead(line, 1, names, out head);

    private static bool TryRead(ReadOnlySpan<char> line, int from, NameTable names, out TraceHead head)
    {
        head = default;
        for (var at = from; at < line.Length; at++)
        {
            var next = line[at..].IndexOf('[');
            if (next < 0)
            {
                return false;
            }

            at += next;
            if (TryReadAt(line, at, names, out head))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a head whose processor is at that bracket.</summary>
    private static bool TryReadAt(ReadOnlySpan<char> line, int bracket, NameTable names, out TraceHead head)
    {
        head = default;
        var rest = line[(bracket + 1)..];
        var close = rest.IndexOf(']');
        if (close is < 1 or > 5 || !int.TryParse(rest[..close], NumberStyles.None, CultureInfo.InvariantCulture, out var cpu)
            || !TrySplitTask(line[..bracket], out var task, out var pid))
        {
            return false;
        }

        var at = bracket + close + 2;
        if (!TryTakeWord(line, ref at, out var word)
            || (word[^1] != ':' && (word.Length > FlagsMax || !TryTakeWord(line, ref at, out word)))
            || !TryReadTime(word, out var time)
            || !TryTakeWord(line, ref at, out var name) || name[^1] != ':' || name.Length < 2)
        {
            return false;
        }

        var group = name[..^1].LastIndexOf(':');
        head = new(names.Of(task), pid, cpu, time, names.Of(name[(group + 1)..^1]), at < line.Length ? at + 1 : at);
        return true;
    }

    private static bool TryTakeWord(ReadOnlySpan<char> line, ref int at, out ReadOnlySpan<char> word)
    {
        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        var length = at < line.Length ? line[at..].IndexOf(' ') : 0;
        word = length < 0 ? line[at..] : line.Slice(at, length);
        at += word.Length;
        return word.Length > 0;
    }

    /// <summary>Splits <c>TASK-PID</c>, <c>TASK-PID (TGID)</c>, <c>TASK PID</c> or <c>TASK PID/TID</c>.</summary>
    private static bool TrySplitTask(ReadOnlySpan<char> before, out ReadOnlySpan<char> task, out int pid)
    {
        task = default;
        pid = 0;
        var text = before.TrimEnd(' ');
        if (text.Length == before.Length)
        {
            return false;
        }

        if (text.EndsWith(")") && text.LastIndexOf('(') is > 0 and var group)
        {
            text = text[..group].TrimEnd(' ');
        }

        var digits = text.Length;
        while (digits > 0 && char.IsAsciiDigit(text[digits - 1]))
        {
            digits--;
        }

        if (!int.TryParse(text[digits..], NumberStyles.None, CultureInfo.InvariantCulture, out pid))
        {
            return false;
        }

        if (digits > 0 && text[digits - 1] == '/')
        {
            var process = digits - 1;
            while (process > 0 && char.IsAsciiDigit(text[process - 1]))
            {
                process--;
            }

            digits = process < digits - 1 && process > 0 && text[process - 1] == ' ' ? process : digits;
        }

        if (digits == 0 || text[digits - 1] is not ('-' or ' '))
        {
            return false;
        }

        task = text[..(digits - 1)].Trim(' ');
        return true;
    }

    private static bool TryReadTime(ReadOnlySpan<char> word, out ulong time)
    {
        time = 0;
        if (word[^1] != ':')
        {
            return false;
        }

        var text = word[..^1];
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var part = point < 0 ? default : text[(point + 1)..];
        if (part.Length > 9 || (point >= 0 && part.IsEmpty)
            || !ulong.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > ulong.MaxValue / 2_000_000_000)
        {
            return false;
        }

        var nanoseconds = 0UL;
        if (part.Length > 0 && !ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out nanoseconds))
        {
            return false;
        }

        for (var places = part.Length; places < 9; places++)
        {
            nanoseconds *= 10;
        }

        time = (seconds * 1_000_000_000) + nanoseconds;
        return true;
    }
}
