using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Model;
using HdrHistogram;

namespace DmaGrains.Experiments.Results;

/// <summary>
/// The folder of a run: its input, every record in Parquet files as it comes, and finally the summary. It does not depend on how the
/// experiment is played. While it is open, no other process can use it. docs/experiment-results.md describes the format.
/// </summary>
public sealed class ResultsFolder : IResultSink, IDisposable
{
    private const string RunFile = "run.json";
    private const string SummaryFile = "summary.json";
    private const string ReportFile = "report.html";
    private const string InputFolder = "input";
    private const string BoardsFolder = "boards";
    private const string CheckpointsFolder = "checkpoints";
    private const string ExperimentName = "experiment.yaml";

    private readonly FolderLock _held;
    private readonly RecordFiles _records;
    private readonly TimeProvider _clock;
    private RunRecord _run;

    private ResultsFolder(FolderLock held, string path, Experiment experiment, RunRecord run, TimeProvider clock)
    {
        (_held, Path, _run, _clock) = (held, path, run, clock);
        Sums = new(experiment);
        _records = new(path, Sums);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The folder for checkpoints while the run is not complete.</summary>
    public string Checkpoints => In(CheckpointsFolder);

    /// <summary>The sums of the results so far.</summary>
    public ResultSums Sums { get; }

    /// <summary>Creates a folder for a run.</summary>
    /// <param name="path">The path. An existing folder must be empty.</param>
    /// <param name="replaces">Whether to replace the results of another run.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="deciding">How its cases are compared.</param>
    /// <param name="commandLine">The words of the command.</param>
    /// <param name="clock">The clock, for the start time.</param>
    /// <exception cref="ResultsException">The folder has other contents, or cannot be created.</exception>
    public static ResultsFolder Create(
        string path, bool replaces, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock)
    {
        if (File.Exists(path))
        {
            throw new ResultsException($"{HarmlessText.Of(path)} is a file: expected a folder for results");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(entry => System.IO.Path.GetFileName(entry) != FolderLock.Name))
        {
            CheckReplaceable(path, replaces);
            return Make(Take(path), path, () => Clear(path), experiment, deciding, commandLine, clock) ?? throw IsThere(path);
        }

        return TryMake(path, experiment, deciding, commandLine, clock) ?? throw (FolderLock.IsHeld(path) ? IsHeld(path) : IsThere(path));
    }

    /// <summary>Creates a folder NAME-SEED, or NAME-SEED-2 and so on if it exists.</summary>
    /// <param name="parent">The parent folder.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="deciding">How its cases are compared.</param>
    /// <param name="commandLine">The words of the command.</param>
    /// <param name="clock">The clock, for the start time.</param>
    /// <exception cref="ResultsException">The folder cannot be created.</exception>
    public static ResultsFolder CreateNext(
        string parent, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock)
    {
        for (var number = 1; ; number++)
        {
            var path = Numbered(parent, experiment, number);
            if (!Directory.Exists(path) && !File.Exists(path) && TryMake(path, experiment, deciding, commandLine, clock) is { } made)
            {
                return made;
            }
        }
    }

    /// <summary>The first folder that <see cref="CreateNext"/> creates.</summary>
    /// <param name="parent">The parent folder.</param>
    /// <param name="experiment">The experiment.</param>
    public static string FirstOf(string parent, Experiment experiment) => Numbered(parent, experiment, 1);

    /// <summary>The last folder that <see cref="CreateNext"/> created, or null.</summary>
    /// <param name="parent">The parent folder.</param>
    /// <param name="experiment">The experiment.</param>
    public static string? FindLast(string parent, Experiment experiment)
    {
        string? last = null;
        for (var number = 1; Directory.Exists(Numbered(parent, experiment, number)); number++)
        {
            last = Numbered(parent, experiment, number);
        }

        return last;
    }

    /// <summary>Reopens the folder of a run that was broken off. Its records are written again from the first.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="experiment">The experiment, unchanged.</param>
    /// <param name="deciding">How its cases are compared, unchanged.</param>
    /// <param name="commandLine">The words of the command.</param>
    /// <param name="clock">The clock, for the time of resuming.</param>
    /// <exception cref="ResultsException">It is not the folder of this experiment, or another process uses it.</exception>
    public static ResultsFolder Resume(string path, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock)
    {
        if (!StoredResults.IsAt(path))
        {
            throw StoredResults.IsNone(path);
        }

        return Hold(Take(path), held =>
        {
            if (IsBarelyBegun(path))
            {
                return Begin(held, path, experiment, deciding, commandLine, clock);
            }

            var run = StoredResults.ReadRun(path);
            CheckIsOf(path, run, experiment, deciding);
            run = run with { Plays = run.Plays.Add(RunPlay.Beginning(commandLine, clock)) };
            ResultText.Write(RunOf(path), run);
            return new(held, path, experiment, run, clock);
        });
    }

    /// <summary>Releases the folder for other processes.</summary>
    public void Dispose() => _held.Dispose();

    /// <inheritdoc/>
    public void Add(Repetition repetition) => _records.Add(repetition);

    /// <inheritdoc/>
    public void Add(RefusalCount refusals) => _records.Add(refusals);

    /// <inheritdoc/>
    public void Add(HazardCount hazards) => _records.Add(hazards);

    /// <inheritdoc/>
    public void Add(in MemorySample sample) => _records.Add(sample);

    /// <inheritdoc/>
    public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram) => _records.AddTimesToFirstMap(@case, repetition, histogram);

    /// <inheritdoc/>
    public void AddLatencies(int @case, int repetition, LongHistogram histogram) => _records.AddLatencies(@case, repetition, histogram);

    /// <summary>Removes the folder if the run has no results, for example because the cluster did not answer.</summary>
    public void Discard()
    {
        if (Sums.IsEmpty && _run.Plays.Length == 1 && !Directory.Exists(Checkpoints))
        {
            WholeFile.Try(Path, () =>
            {
                Clear(Path);
                File.Delete(In(FolderLock.Name));
                Directory.Delete(Path);
            });
        }
    }

    /// <summary>Writes pending records, the summary and its page, and removes the checkpoints of a complete run.</summary>
    /// <param name="report">The summary.</param>
    /// <exception cref="ResultsException">Something cannot be written.</exception>
    public void End(ExperimentReport report)
    {
        WriteResults(report);
        if (report.IsComplete && Directory.Exists(Checkpoints))
        {
            WholeFile.Try(Checkpoints, () => Directory.Delete(Checkpoints, recursive: true));
        }

        EndPlay(report.IsComplete, null);
    }

    /// <summary>Writes why the run failed, then its results as far as possible. Never throws for I/O: the caller reports the failure itself.</summary>
    /// <param name="report">The summary of the results so far.</param>
    /// <param name="why">Why it failed.</param>
    public void Fail(ExperimentReport report, string why)
    {
        try
        {
            EndPlay(isComplete: false, HarmlessText.Of(why));
            WriteResults(report);
        }
        catch (ResultsException)
        {
            // The disk may be full, which may be why the run failed.
        }
    }

    private void WriteResults(ExperimentReport report)
    {
        _records.Flush();
        ResultText.Write(SummaryOf(Path), report);
        WholeFile.Write(In(ReportFile), Encoding.UTF8.GetBytes(ReportPage.Of(report, Sums.Samples)));
    }

    private void EndPlay(bool isComplete, string? failure)
    {
        var last = _run.Plays[^1] with { Ended = _clock.GetUtcNow(), IsComplete = isComplete, Failure = failure };
        _run = _run with { Plays = _run.Plays.SetItem(_run.Plays.Length - 1, last) };
        ResultText.Write(RunOf(Path), _run);
    }

    /// <summary>Checks that the results are of this experiment, compared in this way.</summary>
    /// <exception cref="ResultsException">They are not.</exception>
    internal static void CheckIsOf(string path, RunRecord run, Experiment experiment, Deciding deciding)
    {
        var begun = HarmlessText.Of(path);
        if (StoredResults.ReadInput(path) != experiment.Text)
        {
            throw new ResultsException($"{begun} is of another experiment, or its file has changed since: expected the text of its {InputFolder}/{ExperimentName}");
        }

        if (run.Deciding != deciding)
        {
            throw new ResultsException($"{begun} was begun {run.Deciding.Words}, and would go on {deciding.Words}: expected the same");
        }
    }

    internal static string RunOf(string path) => System.IO.Path.Combine(path, RunFile);

    internal static string SummaryOf(string path) => System.IO.Path.Combine(path, SummaryFile);

    internal static string InputOf(string path) => System.IO.Path.Combine(path, InputFolder, ExperimentName);

    private static string Numbered(string parent, Experiment experiment, int number) => System.IO.Path.Combine(parent, string.Create(
        CultureInfo.InvariantCulture, $"{experiment.Name}-{experiment.Seed}{(number == 1 ? string.Empty : $"-{number}")}"));

    private static ResultsFolder? TryMake(
        string path, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock)
    {
        WholeFile.Try(path, () => Directory.CreateDirectory(path));
        return FolderLock.TryTake(path) is { } held ? Make(held, path, () => { }, experiment, deciding, commandLine, clock) : null;
    }

    /// <summary>Creates a new run; null when there is one already.</summary>
    private static ResultsFolder? Make(
        FolderLock taken, string path, Action clear, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock) =>
        Hold(taken, held =>
        {
            var isNew = true;
            WholeFile.Try(path, () =>
            {
                clear();
                try
                {
                    // Another process may have begun and ended here since the check.
                    new FileStream(RunOf(path), FileMode.CreateNew).Dispose();
                }
                catch (IOException) when (File.Exists(RunOf(path)))
                {
                    isNew = false;
                }
            });
            return isNew ? Begin(held, path, experiment, deciding, commandLine, clock) : null;
        });

    private static FolderLock Take(string path) => FolderLock.TryTake(path) ?? throw IsHeld(path);

    /// <summary>Opens a folder under its lock, and releases the lock if there is no folder or opening fails.</summary>
    private static T Hold<T>(FolderLock held, Func<FolderLock, T> make)
    {
        T? made = default;
        try
        {
            return made = make(held);
        }
        finally
        {
            if (made is null)
            {
                held.Dispose();
            }
        }
    }

    /// <summary>Whether its process was killed at its very start, so that the file written last is still empty.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsBarelyBegun(string path) => new FileInfo(RunOf(path)) is { Exists: true, Length: 0 };

    private static ResultsFolder Begin(
        FolderLock held, string path, Experiment experiment, Deciding deciding, ImmutableArray<string> commandLine, TimeProvider clock)
    {
        var run = new RunRecord(
            experiment.Name,
            experiment.Seed,
            deciding,
            RunRecord.ThisVersion,
            Machine.This,
            [.. experiment.Files.Select(file => new KeptFile(file.Reference, PlaceOf(file)))],
            [RunPlay.Beginning(commandLine, clock)])
        {
            Where = experiment.Where,
        };
        WriteInput(path, experiment, run);
        return new(held, path, experiment, run, clock);
    }

    private static void CheckReplaceable(string path, bool replaces)
    {
        if (FolderLock.IsHeld(path))
        {
            throw IsHeld(path);
        }

        if (!replaces)
        {
            throw IsThere(path);
        }

        if (!File.Exists(RunOf(path)))
        {
            throw new ResultsException($"{HarmlessText.Of(path)} has no {RunFile}, so it is not a results folder, and is not replaced: expected one, or a new folder");
        }
    }

    private static ResultsException IsThere(string path) => new(
        $"{HarmlessText.Of(path)} is there already: expected a new folder, --resume to go on in it, or --force to replace it");

    private static ResultsException IsHeld(string path) => new(
        $"{HarmlessText.Of(path)} is being played by {StoredResults.PlayerOf(path)}: expected to wait until it has ended, or another folder with --results");

    /// <summary>Deletes what belongs to a results folder, and nothing else.</summary>
    private static void Clear(string path)
    {
        foreach (var folder in (string[])[.. RecordFiles.Names, InputFolder, BoardsFolder, CheckpointsFolder])
        {
            var whole = System.IO.Path.Combine(path, folder);
            if (Directory.Exists(whole))
            {
                Directory.Delete(whole, recursive: true);
            }
        }

        File.Delete(SummaryOf(path));
        File.Delete(System.IO.Path.Combine(path, ReportFile));
        File.Delete(RunOf(path));
    }

    /// <summary>The place of a file's copy, such that the copied experiment finds it by the same reference, if that stays within the folder.</summary>
    private static string PlaceOf(InputFile file)
    {
        var reference = file.Reference;
        if (file.IsName)
        {
            return $"{BoardsFolder}/{reference}.yaml";
        }

        var root = System.IO.Path.GetFullPath("/results");
        var whole = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, InputFolder, reference));
        var place = System.IO.Path.GetRelativePath(root, whole).Replace('\\', '/');
        return place.StartsWith(InputFolder + "/", StringComparison.Ordinal) || place.StartsWith(BoardsFolder + "/", StringComparison.Ordinal)
            ? place
            : string.Create(CultureInfo.InvariantCulture, $"{BoardsFolder}/{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(reference)):x16}/{System.IO.Path.GetFileName(reference)}");
    }

    /// <summary>Copies the experiment's input files; the file that marks a results folder is written last.</summary>
    private static void WriteInput(string path, Experiment experiment, RunRecord run)
    {
        foreach (var file in experiment.Files)
        {
            var copy = System.IO.Path.Combine(path, PlaceOf(file));
            MakeFolderOf(copy);
            WholeFile.Write(copy, WholeFile.Read(file.Path));
        }

        MakeFolderOf(InputOf(path));
        WholeFile.Write(InputOf(path), Encoding.UTF8.GetBytes(experiment.Text));
        ResultText.Write(RunOf(path), run);
    }

    private static void MakeFolderOf(string file) => WholeFile.Try(file, () => Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!));

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
