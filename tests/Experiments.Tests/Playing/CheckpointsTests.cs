using CsCheck;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Tests.Playing;

public class CheckpointsTests
{
    private const string Stream = """
        {name: s, arrivals: {poisson: 200/s}, size: {exponential: 1MiB}, lifetime: {exponential: 30ms}, importers: [gpu, display],
          first-use: {exponential: 1ms}}
        """;

    private static readonly string _text = SmallExperiment.Text(
        $"workload: [{Stream}]\nmatrix: {{policy: [refuse, migrate]}}\nfaults: [{{hang: gpu, every: 50ms, for: 20ms}}]\nduration: 1s\nrepetitions: 2");

    [Fact]
    public void A_run_that_is_broken_off_anywhere_and_goes_on_has_the_results_of_one_that_is_not() =>
        RandomWorkloads.Text(commands: 500).Select(Gen.ULong[1, 200], Gen.Int[0, 6]).Sample(
            (text, every, looks) =>
            {
                using var folder = new Folder();
                var whole = ExperimentRunTests.Play(text);

                BreakOff(text, folder.Path, every, looks);

                Assert.Equal(whole.Text, Run(text, folder.Path, every).Text);
            },
            iter: 60);

    [Fact]
    public void A_run_that_is_done_gives_its_results_again()
    {
        using var folder = new Folder();

        var first = Run(_text, folder.Path);

        Assert.Equal(first.Text, Run(_text, folder.Path).Text);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path), file => !file.EndsWith(".done", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("seed: 1", "seed: 2")]
    [InlineData("question: Does it work?", "question: Does it?")]
    public void A_checkpoint_of_another_file_is_refused(string before, string after)
    {
        using var folder = new Folder();
        var text = $"{_text}seed: 1\n";
        Run(text, folder.Path);

        Refuses(text.Replace(before, after, StringComparison.Ordinal), folder.Path, "is of another experiment, or its file or a board has changed since");
    }

    [Fact]
    public void A_checkpoint_of_another_board_under_the_same_name_is_refused()
    {
        using var folder = new Folder();
        File.WriteAllText(Path.Combine(folder.Path, "small.yaml"), SmallExperiment.Board);
        var file = Path.Combine(folder.Path, "experiment.yaml");
        var checkpoints = Path.Combine(folder.Path, "checkpoints");
        Run(ExperimentFile.Parse(_text, file), checkpoints);

        File.WriteAllText(Path.Combine(folder.Path, "small.yaml"), SmallExperiment.Board.Replace("size: 64MiB", "size: 65MiB", StringComparison.Ordinal));

        var refusal = Assert.Throws<CheckpointException>(() => Run(ExperimentFile.Parse(_text, file), checkpoints));
        Assert.Contains("a board has changed since", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_with_any_byte_changed_or_cut_off_is_refused()
    {
        using var folder = new Folder();
        Run(_text, folder.Path);
        var file = Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(file);

        Gen.Int[0, bytes.Length - 1].Select(Gen.Byte[1, 255], Gen.Bool).Sample(
            (at, bits, isCutOff) =>
            {
                var damaged = bytes.ToArray();
                damaged[at] ^= bits;
                File.WriteAllBytes(file, isCutOff ? bytes[..at] : damaged);

                Refuses(_text, folder.Path, "is damaged");
            },
            iter: 30,
            threads: 1);
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_refused()
    {
        using var folder = new Folder();
        Run(_text, folder.Path);
        var file = Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(file);

        // The program's fingerprint, with a checksum to match.
        bytes[8] ^= 1;
        System.IO.Hashing.XxHash3.Hash(bytes.AsSpan(0, bytes.Length - 8)).CopyTo(bytes.AsSpan(bytes.Length - 8));
        File.WriteAllBytes(file, bytes);

        Refuses(_text, folder.Path, "was written by another version of the program");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told()
    {
        using var folder = new Folder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "not a folder");

        Refuses(_text, file, "cannot be used");
    }

    /// <summary>Plays some way, so that checkpoints are there.</summary>
    private static void BreakOff(string text, string folder, ulong every, int looks)
    {
        using var cancellation = new CancellationTokenSource();
        try
        {
            new ExperimentRun(SmallExperiment.Read(text), new CollectedResults(), new()
            {
                Cores = 1,
                Checkpoints = folder,
                CommandsBetweenCheckpoints = every,
                Progress = _ =>
                {
                    if (looks-- <= 0)
                    {
                        cancellation.Cancel();
                    }
                },
            }).Play(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.NotEmpty(Directory.EnumerateFiles(folder));
        }
    }

    private static CollectedResults Run(string text, string folder, ulong every = ulong.MaxValue) => Run(SmallExperiment.Read(text), folder, every);

    private static CollectedResults Run(Experiment experiment, string folder, ulong every = ulong.MaxValue)
    {
        var results = new CollectedResults();
        new ExperimentRun(experiment, results, new() { Cores = 2, Checkpoints = folder, CommandsBetweenCheckpoints = every }).Play(CancellationToken.None);
        return results;
    }

    private static void Refuses(string text, string folder, string why)
    {
        var refusal = Assert.Throws<CheckpointException>(() => Run(text, folder));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("dmagrains-checkpoints-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
