using CsCheck;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Tests.Playing;

public class SimulationTests
{
    [Fact]
    public void A_simulation_agrees_with_a_board_command_by_command() => RandomWorkloads.Text(commands: 400).Sample(
        text =>
        {
            var experiment = SmallExperiment.Read(text);
            var replay = new BoardReplay(experiment.Cases[0].Boards[0]);
            var simulation = Begin(experiment, replay);

            simulation.Play(ulong.MaxValue);

            Assert.True(replay.Steps >= 400);
            replay.Board.AssertInvariants();
            Assert.Equal(replay.Board.Memory.Describe(), simulation.Memory.Describe());
        },
        iter: 60);

    private static Simulation Begin(Experiment experiment, ICommandWatch? watch = null) => Simulation.Begin(
        experiment.Cases[0],
        0,
        new(experiment.Seed, 0) { Commands = experiment.Commands!.Value, WarmUpNanoseconds = experiment.WarmUpNanoseconds },
        watch);
}
