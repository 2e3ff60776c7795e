using System.Diagnostics;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A program that runs beside the tests, and all that it has said.</summary>
public sealed class ChildProcess : IDisposable
{
    /// <summary>Nothing here takes this long on any machine.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Words, TaskCompletionSource Heard)> _listeners = [];

    private ChildProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Everything it has said, on both streams.</summary>
    public string Said
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> args, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(start);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and all that it said.</returns>
    public static async Task<(int Code, string Said)> RunAsync(
        string program, IEnumerable<string> args, params IEnumerable<(string Name, string Value)> environment)
    {
        using var process = Start(program, args, environment);
        return (await process.EndAsync(), process.Said);
    }

    /// <summary>Completes when it has said these words.</summary>
    public async Task SaysAsync(string words)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.Exists(line => line.Contains(words, StringComparison.Ordinal)))
            {
                return;
            }

            _listeners.Add((words, heard));
        }

        await Task.WhenAny(heard.Task, EndAsync()).WaitAsync(_patience);
        Assert.True(heard.Task.IsCompleted, $"{_process.StartInfo.FileName} did not say '{words}':\n{Said}");
    }

    /// <summary>Completes when it has ended, and all it said has been heard; gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(_patience);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal, by its name without SIG.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Kills it, as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_lock)
        {
            if (line is not null)
            {
                _lines.Add(line);
                _listeners.Where(listener => line.Contains(listener.Words, StringComparison.Ordinal)).ToList()
                    .ForEach(listener => listener.Heard.TrySetResult());
            }
        }
    }
}
