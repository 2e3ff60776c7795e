using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>How the program ends when something outside ends it.</summary>
public class ProcessEndTests
{
    private static readonly string[] _said = [string.Empty, "dmagrains: interrupted.\n"];

    [Theory]
    [InlineData("dmagrains.dll")]
    [InlineData("System.CommandLine.dll")]
    [InlineData("Orleans.Runtime.dll")]
    [InlineData("Orleans.Persistence.Memory.dll")]
    [InlineData("DmaGrains.Grains.dll")]
    public async Task Interruption_has_one_exit_code_and_no_log_lines_while_a_silo_starts(string whenLoaded)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        using var run = ProgramProcess.Start("dmagrains", "run", "gpu-and-display");
        run.SpinUntilLoaded(whenLoaded);

        await run.TerminateAsync();

        var answer = await run.AnswerAsync();
        Assert.Equal(ExitCode.Terminated, answer.Code);
        Assert.Contains(answer.Error, _said);
    }

    private const string NoBuffers = "\nDma-buf Objects:\nsize\tflags\tmode\tcount\texp_name\tino\tname\n\nTotal 0 objects, 0 bytes\n";

    [Fact]
    public async Task Second_signal_ends_it_at_once()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "bufinfo.txt");
        await File.WriteAllTextAsync(file, ImportCommandTests.Text, TestContext.Current.CancellationToken);
        using var watch = ProgramProcess.Start("dmagrains", "import", "bufinfo", file, "--watch");
        await watch.ReadUntilAsync("1 buffer");

        await watch.TerminateAsync();
        await watch.TerminateAsync();

        Assert.Equal(ExitCode.Terminated, (await watch.AnswerAsync()).Code);
    }

    [Fact]
    public async Task Output_that_nobody_reads_any_more_ends_it_without_a_word()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "bufinfo.txt");
        await File.WriteAllTextAsync(file, ImportCommandTests.Text, TestContext.Current.CancellationToken);
        using var watch = ProgramProcess.Start("dmagrains", "import", "bufinfo", file, "--watch", "--every", "10");
        await watch.ReadUntilAsync("1 buffer");

        watch.StopReading();

        // At once, as a kernel's file: the watch must not read it half written.
        await File.WriteAllTextAsync($"{file}.new", NoBuffers, TestContext.Current.CancellationToken);
        File.Move($"{file}.new", file, overwrite: true);

        Assert.Equal((ExitCode.ReaderGone, string.Empty), await watch.EndAsync());
    }

    [Theory]
    [InlineData("> /dev/full", "No space left on device")]
    [InlineData(">&-", "it is closed")]
    public async Task Output_that_cannot_be_written_is_told_in_one_line(string where, string why)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "A device that is always full is needed.");
        using var shell = ProgramProcess.Shell($"./dmagrains run gpu-and-display --engine model {where}");

        var answer = await shell.AnswerAsync();

        Assert.Equal(ExitCode.CannotWrite, answer.Code);
        Assert.Equal($"dmagrains: standard output cannot be written: {why}.\n", answer.Error);
    }

    [Theory]
    [InlineData("127.0.0.1:9", "No silo answers at 127.0.0.1:9")]
    [InlineData("nowhere.invalid:30000", "the host 'nowhere.invalid' cannot be looked up")]
    public async Task Cluster_that_is_away_is_no_usage_error(string gateway, string saying)
    {
        var answer = await Answer.OfAsync("board", "show", "rk3399", "--gateway", gateway);

        Assert.Equal((ExitCode.Unavailable, string.Empty), (answer.Code, answer.Output));
        Assert.Contains(saying, Assert.Single(answer.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
