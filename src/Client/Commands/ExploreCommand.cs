using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains explore SCENARIO</c>.</summary>
internal sealed class ExploreCommand
{
    private readonly Argument<string> _scenario = new("SCENARIO")
    {
        Description = "A scenario file, the name of a shipped one, or - for standard input. Its order and its expectations are ignored.",
    };

    private readonly Option<string[]> _policies = PolicyOption.Many(
        "A policy to explore it under, or 'all'; may be given several times. Default: the file's own.");

    private readonly Option<string[]> _faults = FaultOption.Create();

    private readonly Option<bool> _waits = new("--wait")
    {
        Description = "An importer that gets EAGAIN tries again when something has changed, instead of going on to its next step.",
    };

    private readonly Option<bool> _noReduction = new("--no-reduction")
    {
        Description = "Also plays steps that commute with everything still to come in every order: more states, the same outcomes.",
    };

    private readonly Option<string?> _save = OutputFile.Option(
        "--save", "A file to write the shortest order of the first failure to, as a scenario that 'run' plays to the same end.");

    private readonly Option<int?> _failure = NumberOption.Optional(
        "--failure", "With --save: which failure, by its number in the output, from 1.", 1, int.MaxValue);

    private readonly Option<long> _states = NumberOption.Defaulting(
        "--states",
        "Maximum number of states, 1 or more; when it is reached, the results so far are shown.",
        1,
        long.MaxValue,
        ExplorationOptions.StatesMaxDefault);

    private readonly Option<ulong?> _memory = SizeOption.Create(
        "--memory", "Maximum memory. Default: three quarters of what the process may use.", 1 << 20, long.MaxValue);

    private readonly Option<double?> _seconds = NumberOption.Optional("--seconds", "Maximum time for each policy, in seconds.", 0, 1e9);

    private readonly Option<int> _cores = NumberOption.Defaulting(
        "--cores", "Number of cores to use. The answer does not depend on it.", 1, 1024, Math.Min(Environment.ProcessorCount, 1024));

    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string?> _picture = PictureOption.Of("the shortest order of each kind of failure, as a tree");
    private readonly OutputFile _files;

    private ExploreCommand() => _files = new(_save, _picture);

    /// <summary>The command.</summary>
    public static Command Create() => new ExploreCommand().ToCommand();

    private Command ToCommand()
    {
        var command = new Command(
            "explore",
            """
            Plays a scenario's importers in every order of their steps, and shows which outcomes there are, how many orders lead to each,
            and the shortest order for each kind of failure. Counts are exact.
            Exit code 0: every order was played to its end and none fails; 1: otherwise.

            Example:
              dmagrains explore gpu-maps-first
              dmagrains explore gpu-maps-first --policy refuse --policy migrate --wait
              dmagrains explore gpu-and-display --fault crash=display --save crashed.yaml
              dmagrains explore camera-gpu-display --svg orders.svg
            """)
        {
            _scenario, _policies, _faults, _waits, _noReduction, _save, _failure, _states, _memory, _seconds, _cores, _json, _picture, _files.Force,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var scenario = ShippedFiles.ReadScenario(parsed.GetRequiredValue(_scenario));
        ImmutableArray<string> faults = [.. parsed.GetValue(_faults) ?? []];
        var options = new ExplorationOptions
        {
            Faults = [.. faults.Select(fault => FaultOption.Read(fault, scenario)).Distinct()],
            Waits = parsed.GetValue(_waits),
            Reduces = !parsed.GetValue(_noReduction),
            StatesMax = parsed.GetValue(_states),
            MemoryBytesMax = (long)(parsed.GetValue(_memory) ?? 0),
            TimeMax = parsed.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Cores = parsed.GetValue(_cores),
        };
        if (parsed.GetValue(_failure) is not null && parsed.GetValue(_save) is null)
        {
            throw new UsageException("--failure selects the failure that --save writes: expected --save FILE with it.");
        }

        _files.Check(parsed);
        var explored = Explore(parsed, scenario, options, cancellation);
        var report = Exploration.ReportOf(scenario, faults, explored);
        _files.Write(parsed, _picture, () => OrdersPicture.Draw(report));
        Terminal.Answer(parsed, _json, report, (terminal, answer) => ExplorationText.Write(terminal, answer, options, scenario.Importers.Length));

        if (parsed.GetValue(_save) is { } file)
        {
            Save(parsed, explored, file);
        }

        return report.Policies.All(policy => policy.Complete && policy.Failures.IsEmpty) ? ExitCode.Good : ExitCode.Refused;
    }

    private List<ExploredPolicy> Explore(
        ParseResult parsed, Scenario scenario, ExplorationOptions options, CancellationToken cancellation)
    {
        using var line = ProgressLine.Of(parsed);
        var policies = PolicyOption.ValueOf(parsed, _policies);
        if (policies.IsEmpty)
        {
            return [Exploration.Play(scenario, options, line.Show, cancellation)];
        }

        var explored = new List<ExploredPolicy>();
        foreach (var (name, policy) in policies)
        {
            line.Title = name;
            explored.Add(Exploration.Play(scenario, name, policy, options, line.Show, cancellation));
        }

        return explored;
    }

    private void Save(ParseResult parsed, List<ExploredPolicy> explored, string file)
    {
        var failing = explored.SelectMany(policy => Enumerable.Range(0, policy.Report.Failures.Length).Select(failure => (policy, failure))).ToList();
        var error = parsed.InvocationConfiguration.Error;
        var number = parsed.GetValue(_failure) ?? 1;
        if (failing.Count < number)
        {
            if (parsed.GetValue(_failure) is not null)
            {
                throw new UsageException($"--failure {number}: the exploration found {Counted.Of((ulong)failing.Count, "failure")}, and {file} is not written.");
            }

            error.WriteLine($"dmagrains: nothing fails; {file} is not written.");
            return;
        }

        var (policy, failure) = failing[number - 1];
        _files.Write(parsed, _save, () => ScenarioText.Of(policy.FailingScenario(failure), file));
        error.WriteLine($"dmagrains: failure {number} is in {file}; 'dmagrains run {file}' plays it.");
    }
}
