using DmaGrains.Experiments.Playing;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Tests.Playing;

/// <summary>A recording of a kernel's buffers, played again.</summary>
public class RecordingPlayTests
{
    [Fact]
    public void Importers_attach_and_leave_as_they_were_recorded() => Assert.Equal(
        [
            "0 export seen.0.0 65536", "0 attach gpu", "0 map gpu",
            "100 export seen.1.0 65536", "100 attach display", "100 map display",
            "200 attach gpu", "200 map gpu",
            "300 unmap display", "300 detach display",
            "400 attach display.2", "400 map display.2",
            "500 unmap gpu", "500 detach gpu", "500 unmap display.2", "500 detach display.2", "500 release",
            "600 export seen.2.0 4096",
            "700 attach card", "700 map card",
            "800 release",
        ],
        CommandsOf("attach: lazy, memory: low"));

    [Fact]
    public void Attach_eager_asks_what_would_be_had_all_importers_been_known_before_the_first_map() => Assert.Equal(
        ["100 attach display", "100 attach gpu", "100 attach display.2", "100 map display", "200 map gpu"],
        CommandsOf("attach: eager, memory: low").SkipWhile(line => !line.StartsWith("100 attach", StringComparison.Ordinal)).Take(5));

    [Fact]
    public void What_the_stream_states_counts_instead_of_what_was_recorded()
    {
        var commands = CommandsOf("size: 8KiB, lifetime: 50ms, importers: codec");

        Assert.Equal(["0 export seen.0.0 8192", "100 export seen.1.0 8192", "600 export seen.2.0 8192"], commands.Where(line => line.Contains("export")));
        Assert.Equal(["50 release", "150 release", "650 release"], commands.Where(line => line.Contains("release")));
        Assert.All(commands.Where(line => line.Contains("attach")), line => Assert.EndsWith("attach codec", line));
    }

    [Fact]
    public void Devices_are_renamed_and_left_out() => Assert.Equal(
        ["0 attach camera", "100 attach card"],
        CommandsOf("attach: eager, devices: {gpu: camera, display: card, card: none}").Where(line => line.Contains("attach")).Distinct().Take(2));

    [Theory]
    [InlineData("devices: {gpu: nobody}", "the board has no device nobody")]
    [InlineData("devices: {gpi: card}", "no device 'gpi' is in the recording; expected 'card', 'display' or 'gpu'")]
    [InlineData("devices: {gpu: none, display: none, card: none}", "no device of the board imports a buffer")]
    [InlineData("pool: 2", "the key 'pool' stands beside a recording")]
    [InlineData("first-use: 1ms", "the key 'first-use' stands beside a recording")]
    public void What_does_not_go_with_a_recording_is_refused(string keys, string problem)
    {
        var wrong = Assert.ThrowsAny<FileFormatException>(() => CommandsOf(keys));

        Assert.Contains(problem, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_stand_with_a_recording_only()
    {
        var wrong = Assert.ThrowsAny<FileFormatException>(() => SmallExperiment.Read(SmallExperiment.Text(
            "workload: [{name: s, arrivals: {poisson: 1/s}, size: 1, lifetime: 1s, importers: gpu, devices: {a: gpu}}]\nduration: 1s")));

        Assert.Contains("the key 'devices' stands without a recording", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_not_a_recording_is_named()
    {
        var missing = Assert.ThrowsAny<FileFormatException>(() => CommandsOf(string.Empty, "nowhere.jsonl"));
        var other = Assert.ThrowsAny<FileFormatException>(() => CommandsOf(string.Empty, "small.yaml"));

        Assert.Contains("nowhere.jsonl:1:1: the file cannot be read: there is no such file", missing.Message, StringComparison.Ordinal);
        Assert.Contains("small.yaml:1:", other.Message, StringComparison.Ordinal);
    }

    private static List<string> CommandsOf(string keys, string file = "seen.jsonl")
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            $"workload: [{{name: seen, arrivals: {{recording: {file}}}{(keys.Length == 0 ? string.Empty : ", " + keys)}}}]\nduration: 1s\nwarm-up: 0"));
        var log = new Log();
        log.Simulation = Simulation.Begin(experiment.Cases[0], 0, new(0, 0) { Nanoseconds = experiment.DurationNanoseconds!.Value }, log);

        log.Simulation.Play(ulong.MaxValue);

        return log.Lines;
    }

    private sealed class Log : ICommandWatch
    {
        public Simulation? Simulation { get; set; }

        public List<string> Lines { get; } = [];

        public void Exported(BufferExport export, Refusal? refusal) => Say($"export {export.Name} {export.SizeBytes}", refusal);

        public void Executed(DmaBuffer after, DmaCommand command, Refusal? refusal) => Say(
            command switch
            {
                DmaCommand.Attach attach => $"attach {attach.Attachment}",
                DmaCommand.Map map => $"map {map.Attachment}",
                DmaCommand.Unmap unmap => $"unmap {unmap.Mapping}",
                DmaCommand.Detach detach => $"detach {detach.Attachment}",
                _ => "release",
            },
            refusal);

        public void Declared(string device, DeviceDmaParameters? parameters) => throw new InvalidOperationException("Nobody declares anything here.");

        private void Say(string what, Refusal? refusal)
        {
            Assert.Null(refusal);
            Lines.Add($"{Simulation!.Now / 1_000_000} {what}");
        }
    }
}
