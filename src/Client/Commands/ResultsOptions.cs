using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>Where an experiment's results go, and whether a run goes on there.</summary>
internal sealed class ResultsOptions
{
    /// <summary>Where results are, unless something else is said.</summary>
    public const string Parent = "results";

    private readonly Option<string?> _results = new("--results")
    {
        Description = "A new folder for the results. Default: results/NAME-SEED, with a number when there is one already.",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _none = new("--no-results") { Description = "Keep no results: only show them." };

    private readonly Option<bool> _force = new("--force") { Description = "Replace the results that are in the folder." };

    /// <summary><c>--resume</c>.</summary>
    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Go on in the results folder of a run that was broken off, by default the last one: the results are those of a run without a break.",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_results, _none, _force, Resume];

    /// <summary>The results of a run that is complete and would be resumed: there is nothing to play.</summary>
    /// <exception cref="ResultsException">They are of another experiment.</exception>
    /// <exception cref="UsageException">There is nothing to go on with.</exception>
    public StoredResults? FindComplete(ParseResult parsed, Experiment experiment, Deciding deciding)
    {
        Check(parsed);
        if (!parsed.GetValue(Resume))
        {
            return null;
        }

        var folder = FolderOf(parsed, experiment);
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"--resume has nothing to go on from: there is no folder {Quoted.Text(folder)}; expected that of a run that was broken off.");
        }

        if (ResultsFolder.IsBarelyBegun(folder) || StoredResults.Read(folder) is not { Run.IsComplete: true, Report: not null } stored)
        {
            return null;
        }

        stored.CheckIsOf(experiment, deciding);
        return stored;
    }

    /// <summary>The folder; null when no results are kept.</summary>
    /// <exception cref="ResultsException">It cannot be used.</exception>
    public ResultsFolder? Open(ParseResult parsed, Experiment experiment, Deciding deciding)
    {
        ImmutableArray<string> words = [.. parsed.Tokens.Select(token => token.Value)];
        return parsed.GetValue(_none) ? null
            : parsed.GetValue(Resume) ? ResultsFolder.Resume(FolderOf(parsed, experiment), experiment, deciding, words, TimeProvider.System)
            : parsed.GetValue(_results) is { } folder
                ? ResultsFolder.Create(folder, parsed.GetValue(_force), experiment, deciding, words, TimeProvider.System)
            : ResultsFolder.CreateNext(Parent, experiment, deciding, words, TimeProvider.System);
    }

    private string FolderOf(ParseResult parsed, Experiment experiment) =>
        parsed.GetValue(_results) ?? ResultsFolder.FindLast(Parent, experiment) ?? ResultsFolder.FirstOf(Parent, experiment);

    private void Check(ParseResult parsed)
    {
        var (none, resume, force) = (parsed.GetValue(_none), parsed.GetValue(Resume), parsed.GetValue(_force));
        if (none && (resume || force || parsed.GetValue(_results) is not null))
        {
            throw new UsageException("--no-results keeps no results: expected it without --results, --resume and --force.");
        }

        if (force && (resume || parsed.GetValue(_results) is null))
        {
            throw new UsageException("--force replaces the results in a folder: expected --results FOLDER with it, and no --resume.");
        }
    }
}
