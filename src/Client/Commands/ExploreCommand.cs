using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Drawing;
using DmaGrains.Scenarios.Exploring;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains explore SCENARIO</c>.</summary>
internal sealed class ExploreCommand
{
    private const string AllPolicies = "all";

    private readonly Argument<string> _scenario = new("SCENARIO")
    {
        Description = "A scenario file, or the name of a shipped one. Its order, and what it expects, are not looked at.",
    };

    private readonly Option<string[]> _policies = new("--policy")
    {
        Description = "A policy to explore it under, or 'all'; may be given several times. The file's own when left out.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _faults = FaultOption.Create();

    private readonly Option<bool> _waits = new("--wait")
    {
        Description = "An importer that is told EAGAIN tries again when something has changed; else it goes on to its next step.",
    };

    private readonly Option<bool> _noReduction = new("--no-reduction")
    {
        Description = "Plays steps that commute with everything still to come in every order, too: more states, the same outcomes.",
    };

    private readonly Option<string?> _save = new("--save")
    {
        Description = "Writes the shortest order of the first failure as a scenario that 'run' plays to the same end.",
        HelpName = "FILE",
    };

    private readonly Option<int?> _failure = new("--failure")
    {
        Description = "With --save: which failure, by its number in the text, from 1.",
        HelpName = "NUMBER",
    };

    private readonly Option<long> _states = new("--states")
    {
        Description = "Most states, 1 or more; when they are reached, what is known by then is shown.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => ExplorationOptions.StatesMaxDefault,
    };

    private readonly Option<ulong?> _memory = SizeOption.Create(
        "--memory", "Most memory; three quarters of what the process may have when left out.", 1 << 20, long.MaxValue);

    private readonly Option<double?> _seconds = new("--seconds")
    {
        Description = "Longest time for each policy, in seconds.",
        HelpName = "NUMBER",
    };

    private readonly Option<int> _cores = new("--cores")
    {
        Description = "How many cores to use. The answer is the same for any number.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string?> _picture = PictureOption.Of("the shortest order of each kind of failure, as a tree");

    /// <summary>The command.</summary>
    public static Command Create() => new ExploreCommand().ToCommand();

    private Command ToCommand()
    {
        _policies.AcceptOnlyFromAmong([.. NamedPolicies.All.Select(named => named.Name), AllPolicies]);
        RangeOption.Limit(_states, 1, long.MaxValue);
        RangeOption.Limit(_cores, 1, 1024);
        RangeOption.Limit(_failure, 1, int.MaxValue);
        RangeOption.Limit(_seconds, 0, 1e9);
        var command = new Command(
            "explore",
            """
            Plays a scenario's importers in every order of their steps, and shows which outcomes there are, how many orders lead to each,
            and the shortest order for each kind of failure. Counts are exact.
            Exit code 0: every order was followed to its end and none fails; 1: not so.

            Example:
              dmagrains explore gpu-maps-first
              dmagrains explore gpu-maps-first --policy refuse --policy migrate --wait
              dmagrains explore gpu-and-display --fault crash=display --save crashed.yaml
              dmagrains explore camera-gpu-display --svg orders.svg
            """)
        {
            _scenario, _policies, _faults, _waits, _noReduction, _save, _failure, _states, _memory, _seconds, _cores, _json, _picture,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(parsed.GetRequiredValue(_scenario)));
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
            throw new UsageException("--failure says which failure --save writes: expected --save FILE with it.");
        }

        // Before it takes its time.
        foreach (var option in new[] { _save, _picture })
        {
            if (parsed.GetValue(option) is { } path && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            {
                throw new UsageException($"{option.Name} {Quoted.Text(path)} cannot be written: there is no such folder.");
            }
        }

        var explored = Explore(parsed, scenario, options, cancellation);
        var report = Exploration.ReportOf(scenario, faults, explored);
        PictureOption.Write(parsed.GetValue(_picture), () => OrdersPicture.Draw(report));
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
        var names = parsed.GetValue(_policies) ?? [];
        if (names.Length == 0)
        {
            return [Exploration.Play(scenario, options, line.Show, cancellation)];
        }

        var explored = new List<ExploredPolicy>();
        foreach (var (name, policy) in NamedPolicies.All.Where(named => names.Contains(named.Name) || names.Contains(AllPolicies)))
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
                throw new UsageException($"--failure {number}: expected at most {failing.Count}, as many as there are.");
            }

            error.WriteLine($"dmagrains: nothing fails, so {file} is not written.");
            return;
        }

        var (policy, failure) = failing[number - 1];
        OutputFile.Write(_save.Name, file, ScenarioText.Of(policy.FailingScenario(failure), file));
        error.WriteLine($"dmagrains: failure {number} is in {file}; 'dmagrains run {file}' plays it.");
    }
}
