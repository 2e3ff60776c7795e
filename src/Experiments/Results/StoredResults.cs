using System.Globalization;
using System.Text;
using DmaGrains.Experiments.Files;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Results;

/// <summary>The contents of a results folder.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Run">How it was run.</param>
/// <param name="Report">The summary; null when the process was killed before it wrote one.</param>
public sealed record StoredResults(string Path, RunRecord Run, ExperimentReport? Report)
{
    /// <summary>Whether a folder is a results folder.</summary>
    public static bool IsAt(string path) => File.Exists(ResultsFolder.RunOf(path));

    /// <summary>Whether a process is using the folder now.</summary>
    public bool IsBeingPlayed => FolderLock.IsHeld(Path);

    /// <summary>The state of a play, in words: <c>complete</c>, <c>broken off</c>, <c>failed</c>, <c>being played</c> or <c>killed</c>.</summary>
    public string StateOf(RunPlay play) => play.Ended is not null
        ? play.IsComplete ? "complete" : play.Failure is null ? "broken off" : "failed"
        : play == Run.Plays[^1] && IsBeingPlayed ? "being played"
        : "killed";

    /// <summary>Reads a results folder.</summary>
    /// <exception cref="ResultsException">It is not a results folder, or is damaged.</exception>
    public static StoredResults Read(string path)
    {
        var run = ReadRun(path);
        var summary = ResultsFolder.SummaryOf(path);
        return new(path, run, File.Exists(summary) ? ResultText.Read<ExperimentReport>(summary) : null);
    }

    /// <summary>Checks that the results are of this very experiment, compared in this very way.</summary>
    /// <exception cref="ResultsException">They are not.</exception>
    public void CheckIsOf(Experiment experiment, Deciding deciding) => ResultsFolder.CheckIsOf(Path, Run, experiment, deciding);

    /// <summary>Reads the text of the experiment's file.</summary>
    /// <exception cref="ResultsException">It cannot be read.</exception>
    public string ReadInput() => ReadInput(Path);

    /// <summary>The summary.</summary>
    /// <exception cref="ResultsException">There is no summary.</exception>
    public ExperimentReport ReadReport() => Report ?? throw new ResultsException(IsBeingPlayed
        ? $"{HarmlessText.Of(Path)} has no summary yet: it is being played by {PlayerOf(Path)}; expected a run that has ended"
        : $"{HarmlessText.Of(Path)} has no summary: the run was killed; expected one that has ended, or go on with --resume");

    /// <summary>Reads the copy of a file that the experiment refers to.</summary>
    /// <param name="reference">The experiment's reference.</param>
    internal string ReadFile(string reference) =>
        Encoding.UTF8.GetString(WholeFile.Read(System.IO.Path.Combine(Path, Run.Files.First(file => file.Reference == reference).File)));

    /// <summary>The process that uses a folder, for messages; one that has just started is not recorded yet.</summary>
    internal static string PlayerOf(string path)
    {
        try
        {
            return ResultText.Read<RunRecord>(ResultsFolder.RunOf(path)).Plays is [.., { ProcessId: { } id, Begun: var begun }]
                ? string.Create(CultureInfo.InvariantCulture, $"process {id} since {begun.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z")
                : "another process";
        }
        catch (ResultsException)
        {
            return "another process";
        }
    }

    internal static RunRecord ReadRun(string path) => IsAt(path) ? ResultText.Read<RunRecord>(ResultsFolder.RunOf(path)) : throw IsNone(path);

    /// <summary>The exception for a folder without results.</summary>
    internal static ResultsException IsNone(string path) => new(
        $"{HarmlessText.Of(path)} {(Directory.Exists(path) ? "has no run.json" : "is not there")}: expected a results folder of 'dmagrains experiment'");

    internal static string ReadInput(string path)
    {
        var file = ResultsFolder.InputOf(path);
        try
        {
            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException($"{HarmlessText.Of(file)} cannot be read: {HarmlessText.Of(problem.Message.TrimEnd('.'))}");
        }
    }
}
