using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Results;

/// <summary>How an experiment was run: <c>run.json</c> of a results folder, the only file with times and the machine.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Seed">The seed of its random numbers.</param>
/// <param name="Deciding">How its cases are compared.</param>
/// <param name="Version">The version of the program that started it.</param>
/// <param name="Machine">The machine on which it started.</param>
/// <param name="Files">The files that it refers to: boards and recordings.</param>
/// <param name="Plays">The first play, and one for each time that it was resumed.</param>
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

    /// <summary>Where it is played. Runs in real time cannot be resumed.</summary>
    public ExperimentPlace Where { get; init; }

    /// <summary>Whether it was played to its end.</summary>
    public bool IsComplete => Plays.LastOrDefault()?.IsComplete ?? false;
}

/// <summary>The properties of a machine that may affect speed.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">The architecture, such as <c>x64</c>.</param>
/// <param name="Processor">The processor's name for itself; empty when unknown.</param>
/// <param name="Cores">Processors that the program may use.</param>
/// <param name="Runtime">The .NET runtime.</param>
public sealed record Machine(string System, string Architecture, string Processor, int Cores, string Runtime)
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
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

/// <summary>A copy of a file that the experiment refers to.</summary>
/// <param name="Reference">The experiment's reference.</param>
/// <param name="File">The copy's path, relative to the results folder.</param>
public sealed record KeptFile(string Reference, string File);

/// <summary>One time that an experiment was played.</summary>
/// <param name="CommandLine">The words of the command.</param>
/// <param name="Begun">When it began.</param>
/// <param name="Ended">When it ended; null when it is being played, or its process was killed.</param>
/// <param name="IsComplete">Whether it was played to its end.</param>
public sealed record RunPlay(ImmutableArray<string> CommandLine, DateTimeOffset Begun, DateTimeOffset? Ended, bool IsComplete)
{
    /// <summary>The process that played it; null in results of versions that did not record it.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Why it failed, one line; null when it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>A play that starts now, in this process.</summary>
    internal static RunPlay Beginning(ImmutableArray<string> commandLine, TimeProvider clock) =>
        new(commandLine, clock.GetUtcNow(), null, false) { ProcessId = Environment.ProcessId };
}
