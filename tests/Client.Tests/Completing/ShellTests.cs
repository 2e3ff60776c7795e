using DmaGrains.Client.Completing;

namespace DmaGrains.Client.Tests.Completing;

/// <summary>The scripts in the shells that they are for.</summary>
public sealed class ShellTests : IDisposable
{
    private const string Lines = "'dmagrains bu' 'dmagrains run gpu-m' 'dmagrains show pol' 'dmagrains buffer map --dir'";

    private static readonly string[] _completed =
        ["dmagrains buffer", "dmagrains run gpu-maps-first", "dmagrains show policy", "dmagrains buffer map --direction"];

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bash_completes()
    {
        // What readline sets before it calls the function.
        var completed = await RunAsync("bash", "bash", $$"""
            source <(dmagrains completion bash)
            for line in {{Lines}}; do
              COMP_LINE=$line COMP_POINT=${#line}
              read -ra COMP_WORDS <<< "$line"
              COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
              _dmagrains
              echo "${line% *} ${COMPREPLY[*]}"
            done
            """);

        Assert.Equal(_completed, completed);
    }

    [Fact]
    public async Task Bash_completes_a_word_that_it_ends_at_a_colon()
    {
        var completed = await RunAsync("bash", "bash", """
            dmagrains() { printf '%s\t%s\n' '127.0.0.1:30000' 'a gateway'; }
            source <(command dmagrains completion bash)
            COMP_LINE='dmagrains board list --gateway 127.0.0.1:3' COMP_POINT=42
            COMP_WORDS=(dmagrains board list --gateway 127.0.0.1 : 3) COMP_CWORD=6
            _dmagrains
            echo "${COMPREPLY[@]}"
            """);

        Assert.Equal(["30000"], completed);
    }

    [Fact]
    public async Task Zsh_completes_at_a_Tab()
    {
        // A zsh at a terminal of its own tells its line through a pipe, which may still be open from the line before.
        var completed = await RunAsync("zsh", "zsh -f", $$"""
            zmodload zsh/zpty
            mkfifo line
            zpty -b inner zsh -f -i
            zpty -w inner "autoload -U compinit; compinit -u -D; source <(dmagrains completion zsh)"
            zpty -w inner "tell() { print -r -- \$BUFFER > line; BUFFER= }; zle -N tell; bindkey '^X' tell"
            for line in {{Lines}}; do
              zpty -w -n inner "$line"$'\t\C-X'
              until read -r completed < line; do :; done
              print -r -- "$completed"
            done
            zpty -d inner
            """);

        Assert.Equal(_completed, completed);
    }

    [Fact]
    public async Task Zsh_finds_what_was_installed()
    {
        var completed = await RunAsync("zsh", "zsh -f", """
            export XDG_DATA_HOME=$PWD/data
            dmagrains completion install zsh > installed
            zmodload zsh/zpty
            mkfifo line
            zpty -b inner zsh -f -i
            zpty -w inner "fpath+=($XDG_DATA_HOME/zsh/site-functions); autoload -U compinit; compinit -u -D"
            zpty -w inner "tell() { print -r -- \$BUFFER > line; BUFFER= }; zle -N tell; bindkey '^X' tell"
            zpty -w -n inner $'dmagrains run gpu-m\t\C-X'
            until read -r completed < line; do :; done
            print -r -- "$completed"
            zpty -d inner
            """);

        Assert.Equal(["dmagrains run gpu-maps-first"], completed);
    }

    [Fact]
    public async Task Fish_completes()
    {
        var completed = await RunAsync("fish", "fish --no-config", $$"""
            set -x XDG_DATA_HOME $PWD/data
            dmagrains completion install fish > installed
            source data/fish/vendor_completions.d/dmagrains.fish
            for line in {{Lines}}
              echo (string replace -r '[^ ]*$' '' -- $line)(complete -C $line | cut -f 1)
            end
            """);

        Assert.Equal(_completed, completed);
    }

    [Fact]
    public async Task PowerShell_completes()
    {
        var completed = await RunAsync("dotnet pwsh -Version", "dotnet pwsh -NoProfile -NonInteractive -File", $$"""
            dmagrains completion powershell | Out-String | Invoke-Expression
            foreach ($line in {{Lines.Replace("' '", "', '", StringComparison.Ordinal)}}) {
              ($line -replace '[^ ]*$', '') + (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches[0].CompletionText
            }
            """, "ps1");

        Assert.Equal(_completed, completed);
    }

    [Theory]
    [InlineData("bash", "bash -n")]
    [InlineData("zsh", "zsh -n")]
    [InlineData("fish", "fish --no-execute")]
    public async Task Script_is_right_as_the_shell_reads_it(string shell, string checking) =>
        Assert.Empty(await RunAsync(shell, checking, Shell.Find(shell)!.Script));

    /// <summary>The lines that a script prints; the test is skipped where its shell is not installed.</summary>
    private async Task<string[]> RunAsync(string shell, string runs, string script, string extension = "sh")
    {
        var probe = shell.Contains(' ', StringComparison.Ordinal) ? $"cd '{Root}' && {shell}" : $"command -v {shell}";
        using var found = ProgramProcess.Shell($"{probe} > /dev/null 2>&1");
        Assert.SkipUnless((await found.AnswerAsync()).Code == 0, $"skipped: no {shell}");
        var file = Path.Combine(_folder.Path, $"script.{extension}");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);

        // The tools of the repository are those of its folder.
        var place = extension == "ps1" ? Root : _folder.Path;
        using var process = ProgramProcess.Shell($"PATH=\"$PWD:$PATH\"; cd '{place}' && {runs} '{file}'");
        var answer = (await process.AnswerAsync()).Good();
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>The folder of the solution.</summary>
    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "DmaGrains.sln")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            return folder;
        }
    }
}
