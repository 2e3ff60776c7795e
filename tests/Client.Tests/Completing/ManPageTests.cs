using DmaGrains.Client.Completing;

namespace DmaGrains.Client.Tests.Completing;

/// <summary>Manual pages, and how they are installed.</summary>
public sealed class ManPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Commands => HelpTests.Paths;

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_has_a_page_that_names_each_option_and_argument(string path)
    {
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var page = (await Answer.OfAsync(["man", .. words])).Good().Output;
        var command = words.Aggregate<string, System.CommandLine.Command>(
            CommandLine.CreateRoot(), (parent, name) => parent.Subcommands.Single(child => child.Name == name));

        Assert.StartsWith($".TH {string.Join("\\-", words.Prepend("dmagrains")).Replace("-", "\\-", StringComparison.Ordinal).Replace("\\\\-", "\\-", StringComparison.Ordinal).ToUpperInvariant()} 1 ", page, StringComparison.Ordinal);
        Assert.All(command.Options, option => Assert.Contains($".B {option.Name.Replace("-", "\\-", StringComparison.Ordinal)}", page, StringComparison.Ordinal));
        Assert.All(command.Arguments, argument => Assert.Contains($".I {argument.Name}\n", page, StringComparison.Ordinal));
        Assert.All(command.Subcommands, child => Assert.Contains($"\\-{child.Name.Replace("-", "\\-", StringComparison.Ordinal)} (1)", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Man_shows_all_that_is_installed_without_a_warning()
    {
        using var found = ProgramProcess.Shell("command -v man > /dev/null && man --version > /dev/null 2>&1");
        Assert.SkipUnless((await found.AnswerAsync()).Code == 0, "skipped: no man");
        using var process = ProgramProcess.Shell(
            $"""
            export XDG_DATA_HOME='{_folder.Path}' MANWIDTH=80 LC_ALL=C.UTF-8
            ./dmagrains completion install bash > /dev/null
            man --warnings -l "$XDG_DATA_HOME"/man/man1/*.1 > /dev/null
            man -M "$XDG_DATA_HOME/man" dmagrains-buffer-map
            """);

        var answer = (await process.AnswerAsync()).Good();

        Assert.Contains("dmagrains-buffer-map - Maps an attachment", answer.Output, StringComparison.Ordinal);
        Assert.All(answer.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public async Task Install_says_what_it_wrote_where_and_what_is_still_to_do()
    {
        using var process = ProgramProcess.Shell($"XDG_DATA_HOME='{_folder.Path}' SHELL=/usr/bin/zsh ./dmagrains completion install");

        var lines = (await process.AnswerAsync()).Good().Output.TrimEnd().Split('\n');

        var script = Path.Combine(_folder.Path, "zsh", "site-functions", "_dmagrains");
        Assert.Equal($"zsh: {script}", lines[0]);
        Assert.Equal($"  in ~/.zshrc, before compinit: fpath+=({Path.GetDirectoryName(script)})", lines[1]);
        Assert.Equal($"manual: {ManPage.All(CommandLine.CreateRoot()).Count()} pages in {Path.Combine(_folder.Path, "man", "man1")}", lines[2]);
        Assert.Equal(Shell.Find("zsh")!.Script, await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(Path.Combine(_folder.Path, "man", "man1", "dmagrains-buffer-map.1")));
    }

    [Theory]
    [InlineData("man bufer", "There is no command 'bufer': did you mean buffer?")]
    [InlineData("man buffer map x", "There is no command 'x' below 'map': expected nothing after it.")]
    [InlineData("completion install csh", "SHELL 'csh': did you mean zsh?")]
    [InlineData("completion tcsh", "Unrecognized command or argument 'tcsh'")]
    public async Task Wrong_word_is_told(string line, string saying) => (await Answer.OfAsync(line.Split(' '))).Unusable(saying);

    [Fact]
    public async Task Folder_that_cannot_be_written_is_told()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, string.Empty, TestContext.Current.CancellationToken);
        using var process = ProgramProcess.Shell($"XDG_DATA_HOME='{file}' ./dmagrains completion install bash");

        (await process.AnswerAsync()).Unusable("cannot be written: expected a folder that you may write to");
    }

    [Fact]
    public async Task Shell_that_is_not_known_is_told()
    {
        using var process = ProgramProcess.Shell("SHELL=/bin/ksh ./dmagrains completion install");

        (await process.AnswerAsync()).Unusable("SHELL in the environment names no shell that is known here: expected one of bash, fish, powershell, zsh");
    }
}
