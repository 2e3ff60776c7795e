using CsCheck;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Tests.Playing;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Experiments.Tests.Driving;

public class BoardDriveTests
{
    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>The rules of sessions are written twice, for virtual time and for replies that take theirs: they must say the same.</summary>
    [Fact]
    public void A_drive_that_is_answered_at_once_asks_what_a_simulation_asks() => RandomWorkloads.OnGrains(commands: 400).Sample(
        text =>
        {
            // Who waits is tried again at another moment: when a buffer has gone, not when memory came back, which no reply tells.
            var experiment = SmallExperiment.Read(text.Replace("when-full: wait", "when-full: refuse", StringComparison.Ordinal));
            var asked = new Asked();
            var limits = LiveRun.LimitsOf(experiment, 0);
            Simulation.Begin(experiment.Cases[0], 0, limits, asked).Play(ulong.MaxValue);
            var driven = new DrivenBoard(experiment);

            driven.PlayToEnd();

            // The last ones are in flight together, or others give back what they hold while they are.
            var counted = driven.Counted.Select(outcome => Asked.Line(outcome.Request.Buffer, outcome.Request.Command, outcome.Refusal)).SkipLast(50).ToList();
            Assert.Equal(asked.Lines.Take(counted.Count), counted);
            Assert.Equal(350, counted.Count);
        },
        iter: 40);

    [Fact]
    public void Everything_is_given_back_however_long_replies_take_and_wherever_it_ends() =>
        Gen.Select(RandomWorkloads.OnGrains(commands: 300), Gen.Int).Sample(
            (text, seed) =>
            {
                var random = new Random(seed);
                var driven = new DrivenBoard(SmallExperiment.Read(text), () => (ulong)random.NextInt64(20_000_000));
                var free = driven.Memory;
                for (var steps = random.Next(400); steps > 0 && !driven.Drive.IsEmpty; steps--)
                {
                    driven.Step();
                }

                driven.Finish();
                driven.PlayToEnd();

                Assert.Equal(free, driven.Memory);
                Assert.All(driven.Outcomes.Where(outcome => outcome.Refusal is not null), outcome =>
                    Assert.True(outcome.Request.Command is null or DmaCommand.Attach or DmaCommand.Map));
            },
            iter: 40);

    [Fact]
    public void The_counts_are_those_of_the_recorded_outcomes_also_when_it_goes_on_from_its_state() =>
        Gen.Select(RandomWorkloads.OnGrains(commands: 300), Gen.Int).Sample(
            (text, seed) =>
            {
                var random = new Random(seed);
                var driven = new DrivenBoard(SmallExperiment.Read(text), () => (ulong)random.NextInt64(8_000_000));
                while (!driven.Drive.IsEmpty)
                {
                    driven.Step();
                    if (random.Next(40) == 0)
                    {
                        driven.GoOn(state => _serializer.Deserialize<DriveState>(_serializer.SerializeToArray(state))!);
                    }
                }

                var tally = driven.Drive.Counted;
                var counted = driven.Counted.ToList();
                Assert.Equal((ulong)counted.Count, tally[DriveCounter.Commands]);
                Assert.Equal(300UL, tally[DriveCounter.Commands]);
                Assert.Equal(counted.Count(outcome => outcome.Request.Command is DmaCommand.Attach), (int)tally[DriveCounter.Attaches]);
                Assert.Equal(
                    counted.Count(outcome => outcome is { Request.Command: DmaCommand.Attach, Refusal: not null }), (int)tally[DriveCounter.AttachesRefused]);
                Assert.Equal(counted.Count(outcome => outcome is { Request.Command: DmaCommand.Map, Refusal: not null }), (int)tally[DriveCounter.MapsRefused]);
                Assert.Equal(300UL, tally.Latencies.Aggregate(0UL, (sum, count) => sum + count));
            },
            iter: 30);

    [Fact]
    public void Latency_counts_from_when_a_command_was_due_also_while_nobody_drives()
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            "workload: [{name: s, arrivals: {constant: 10/s}, size: 4096, lifetime: 1s, importers: gpu}]\nduration: 1s\nwarm-up: 0"));
        var drive = BoardDrive.Begin(experiment.Cases[0], 0, LiveRun.LimitsOf(experiment, 0), 10);
        var due = drive.NextDue!.Value;
        drive.Advance(due + 5_000_000);
        Assert.True(drive.TryTake(out var request));

        drive.NoteHeldUp(1_000_000_000);
        drive.Answer(request, null, due + 5_000_000, due + 7_000_000);

        Assert.Equal(due, request.DueAt);
        Assert.Equal(1_007_000_000UL, drive.Counted.LatencySum);
        Assert.Equal(5_000_000UL, drive.Counted.BehindSum);
        Assert.True(drive.TryTake(out var attach));
        Assert.Equal(due + 7_000_000, attach.DueAt);
    }

    [Fact]
    public void What_arrives_while_too_many_are_there_is_missed_and_said()
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            "workload: [{name: s, arrivals: {constant: 1000/s}, size: 4096, lifetime: 1s, importers: gpu}]\nduration: 100ms\nwarm-up: 0"));
        var driven = new DrivenBoard(experiment, sessionsMax: 10);

        driven.PlayToEnd();

        Assert.Equal((10UL, 90UL), (driven.Drive.Counted[DriveCounter.Buffers], driven.Drive.Counted[DriveCounter.ArrivalsMissed]));
    }

    [Fact]
    public void Uses_are_left_out_when_those_before_are_not_answered()
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            "workload: [{name: s, arrivals: {clients: 1, think: 1ms}, size: 4096, lifetime: 1s, importers: gpu, mapping: per-use, uses: {every: 1ms}}]\n"
                + "duration: 900ms\nwarm-up: 0"));
        var driven = new DrivenBoard(experiment, () => 50_000_000);

        driven.PlayToEnd();

        Assert.InRange(driven.Drive.Counted[DriveCounter.UsesMissed], 600UL, 900UL);
    }

    /// <summary>What a simulation asks of its board, and is answered.</summary>
    private sealed class Asked : ICommandWatch
    {
        public List<string> Lines { get; } = [];

        public static string Line(string buffer, DmaCommand? command, Refusal? refusal) => $"{buffer} {command?.ToString() ?? "export"}: {refusal?.Errno}";

        public void Exported(BufferExport export, Refusal? refusal) => Lines.Add(Line(export.Name, null, refusal));

        public void Executed(DmaBuffer after, DmaCommand command, Refusal? refusal) => Lines.Add(Line(after.Name, command, refusal));

        public void Declared(string device, Model.Devices.DeviceDmaParameters? parameters) => Assert.Fail("no such fault was asked for");
    }
}
