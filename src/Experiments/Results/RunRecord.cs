using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Results;

/// <summary>How an experiment was run: <c>run.json</c> of a results folder. It alone tells times and the machine.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Seed">What its random numbers come from.</param>
/// <param name="Deciding">How its cases are compared.</param>
/// <param name="Version">The version of the program that began it.</param>
/// <param name="Machine">Where it began.</param>
/// <param name="Files">The files that it names: boards and recordings.</param>
/// <param name="Plays">The first play, and one for each time that it went on.</param>
public sealed record RunRecord(
    string Experiment,
    ulong Seed,
    Deciding Deciding,
    string Version,
    Machine Machine,
    ImmutableArray<KeptFile> Files,
    ImmutableArray<RunPlay> Plays)
{
    /// <summary>The version of this program.</summary>
    public static string ThisVersion { get; } =
        typeof(RunRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Where it is played. What is played in real time does not go on.</summary>
    public ExperimentPlace Where { get; init; }

    /// <summary>Whether it has come to its end.</summary>
    public bool IsComplete => Plays.LastOrDefault()?.IsComplete ?? false;
}

/// <summary>A machine, as far as it may matter for how fast something is.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">Such as <c>x64</c>.</param>
/// <param name="Processor">What the processor says that it is; empty when it does not.</param>
/// <param name="Cores">Processors that the program may use.</param>
/// <param name="Runtime">The .NET runtime.</param>
public sealed record Machine(string System, string Architecture, string Processor, int Cores, string Runtime)
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>This one.</summary>
    public static Machine This => new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.OSArchitecture.ToString().ToLower(CultureInfo.InvariantCulture),
        ProcessorName(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription);

    private static string ProcessorName()
    {
        try
        {
            return File.ReadLines(ProcessorFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
                ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
                : string.Empty;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}

/// <summary>A copy of a file that the experiment names.</summary>
/// <param name="Reference">What the experiment calls it.</param>
/// <param name="File">The copy, from the results folder.</param>
public sealed record KeptFile(string Reference, string File);

/// <summary>One time that an experiment was played.</summary>
/// <param name="CommandLine">The words of the command.</param>
/// <param name="Begun">When it began.</param>
/// <param name="Ended">When it ended; null when it is being played, or its process was killed.</param>
/// <param name="IsComplete">Whether it has come to its end, and not been broken off.</param>
public sealed record RunPlay(ImmutableArray<string> CommandLine, DateTimeOffset Begun, DateTimeOffset? Ended, bool IsComplete)
{
    /// <summary>The process that played it; null in results of versions that did not say.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Why it failed, one line; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>One that begins, in this process.</summary>
    internal static RunPlay Beginning(ImmutableArray<string> commandLine, TimeProvider clock) =>
        new(commandLine, clock.GetUtcNow(), null, false) { ProcessId = Environment.ProcessId };
}
