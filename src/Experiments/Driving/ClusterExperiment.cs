using DmaGrains.Experiments.Files;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Driving;

/// <summary>Reads an experiment that runs inside a cluster, and enforces bounds on what it stores there.</summary>
internal static class ClusterExperiment
{
    /// <summary>The most repetitions, summed over cases.</summary>
    public const int RepetitionsMax = 200;

    /// <summary>The most boards of a case.</summary>
    public const int BoardsMax = 16;

    /// <summary>The most devices of all boards together, which is as many as one board may have.</summary>
    public const int DevicesMax = BoardDefinition.DevicesMax;

    /// <summary>The most sessions at a time, on all boards together.</summary>
    public const int SessionsMax = 1024;

    /// <summary>The most pairs of importer and buffer at a time, in all sessions together.</summary>
    private const int PartsMax = 1 << 15;

    private const string InMessages = "experiment";

    /// <summary>Reads the experiment, or tells why it cannot run in a cluster.</summary>
    /// <param name="name">The name that it must have.</param>
    /// <param name="sent">The experiment as sent.</param>
    public static DmaResult<Experiment> Read(string name, ExperimentText sent)
    {
        if (ModelName.Check(name, "Name") is { } misnamed)
        {
            return DmaResult.Refuse<Experiment>(misnamed);
        }

        if (Check(sent) is { } malformed)
        {
            return DmaResult.Refuse<Experiment>(malformed);
        }

        try
        {
            var boards = sent.Boards.ToDictionary(board => board.Reference, board => board.Board);
            var (experiment, used) = ExperimentFile.ParseWith(sent.Text, InMessages, boards);
            return Check(name, experiment, boards.Keys.Except(used).FirstOrDefault()) is { } refusal
                ? DmaResult.Refuse<Experiment>(refusal)
                : DmaResult.Grant(experiment);
        }
        catch (FileFormatException problem)
        {
            return DmaResult.Refuse<Experiment>(Of("Text", HarmlessText.Of(problem.Message)));
        }
    }

    /// <summary>The most sessions on one board at a time.</summary>
    public static int SessionsOf(ExperimentCase @case)
    {
        var parts = @case.Workload.Max(stream => stream.Pool * stream.Importers.Choices.Max(choice => Math.Max(1, choice.Value.Importers.Length)));
        return Math.Max(1, Math.Min(SessionsMax, PartsMax / parts) / @case.Boards.Length);
    }

    private static Refusal? Check(ExperimentText sent)
    {
        if (sent is null || sent.Text is null || sent.Boards.IsDefault)
        {
            return Refusal.Null(sent is null ? "Experiment" : sent.Text is null ? nameof(sent.Text) : nameof(sent.Boards));
        }

        if (sent.Text.Length > ExperimentText.LengthMax || sent.Boards.Length > ExperimentText.BoardsMax)
        {
            return Of(
                "Text",
                $"The experiment has {sent.Text.Length} characters and {sent.Boards.Length} boards: "
                    + $"expected at most {ExperimentText.LengthMax} and {ExperimentText.BoardsMax}.");
        }

        foreach (var board in sent.Boards)
        {
            if (board?.Board is null || board.Reference is null)
            {
                return Refusal.Null("Boards");
            }

            if (board.Board.Check() is { } refusal)
            {
                return refusal;
            }
        }

        if (sent.Boards.Sum(board => board.Board.Devices.Length) is var devices && devices > DevicesMax)
        {
            return Of("Boards", $"The boards have {devices} devices together: expected at most {DevicesMax} in a cluster.");
        }

        return sent.Boards.Select(board => board.Reference).Distinct().Count() == sent.Boards.Length
            ? null
            : Of("Boards", "Two boards were sent under one reference: expected each once.");
    }

    private static Refusal? Check(string name, Experiment experiment, string? unused)
    {
        var repetitions = (long)experiment.Cases.Length * experiment.Repetitions;
        var boards = experiment.Cases.Max(each => each.Boards.Length);
        var clients = experiment.Cases.Max(each => each.Workload.Sum(stream => stream.Arrivals is StreamArrivals.Closed closed ? closed.Clients : 0L));
        var sessions = experiment.Cases.Min(SessionsOf);
        return experiment.Name != name ? Of("Name", $"This grain is the experiment {name}, not {experiment.Name}.")
            : unused is not null ? Of("Boards", $"The experiment does not name the board {ModelName.Quoted(unused)}: expected those that it names.")
            : repetitions > RepetitionsMax ? Of("Text", $"There are {repetitions} repetitions of cases: expected at most {RepetitionsMax} in a cluster.")
            : boards > BoardsMax ? Of("Text", $"A case has {boards} boards: expected at most {BoardsMax} in a cluster.")
            : clients > sessions ? Of("Text", $"A board has {clients} clients: expected at most {sessions} in a cluster, with such importers.")
            : null;
    }

    private static Refusal Of(string field, string reason) => Refusal.Of(Errno.EINVAL, field, HarmlessText.Short(reason, 900));
}
