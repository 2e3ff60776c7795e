using System.Diagnostics;

namespace DmaGrains.Client.Tests;

/// <summary>One of the built programs in a process of its own.</summary>
internal sealed class ProgramProcess : IDisposable
{
    /// <summary>Nothing here takes this long on any machine.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;

    private ProgramProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts <c>dmagrains</c> or <c>DmaGrains.Silo</c>.</summary>
    public static ProgramProcess Start(string program, params IEnumerable<string> args)
    {
        var path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{program}.exe" : program);
        return new(Process.Start(new ProcessStartInfo(path, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Starts a shell's command beside the programs.</summary>
    public static ProgramProcess Shell(string command) => new(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = AppContext.BaseDirectory,
    })!);

    /// <summary>Waits until it has loaded a library, without giving it time to do much with it; or until it has ended.</summary>
    public void SpinUntilLoaded(string library)
    {
        while (!_process.HasExited && !IsLoaded(library))
        {
            // The moment matters.
        }
    }

    private bool IsLoaded(string library)
    {
        try
        {
            return File.ReadAllText($"/proc/{_process.Id}/maps").Contains(library, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Gives it all of its standard input.</summary>
    public async Task FeedAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    /// <summary>Closes the pipe that its answers go to.</summary>
    public void StopReading() => _process.StandardOutput.Close();

    /// <summary>Its exit code and what it said on standard error, once it has ended.</summary>
    public async Task<(int Code, string Error)> EndAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _error);
    }

    /// <summary>Carries out a command line of the client.</summary>
    public static async Task<Answer> ClientAsync(params IEnumerable<string> args)
    {
        using var client = Start("dmagrains", args);
        return await client.AnswerAsync();
    }

    /// <summary>Reads up to a line that contains <paramref name="words"/>.</summary>
    public async Task<string> ReadUntilAsync(string words)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The process ended before it said '{words}': {await _error}");
    }

    /// <summary>Sends SIGTERM. SIGINT means the same, but shells make background jobs deaf to it.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>What it answered, once it has ended.</summary>
    public async Task<Answer> AnswerAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        var output = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return new(_process.ExitCode, output, await _error);
    }

    /// <summary>Ends it when it has not ended.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
