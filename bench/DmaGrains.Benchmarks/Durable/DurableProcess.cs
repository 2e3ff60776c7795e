using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>A <see cref="DurableWorker"/> of some build.</summary>
internal sealed class DurableProcess : IDisposable
{
    private readonly Process _process;

    private DurableProcess(Process process) => _process = process;

    /// <summary>Starts one; it is ready when this completes.</summary>
    /// <param name="build">The folder of a build's DmaGrains.Benchmarks.</param>
    /// <param name="folder">For its files; no other has it.</param>
    /// <param name="storage">A storage's name.</param>
    /// <param name="where">What the storage is told.</param>
    public static async Task<DurableProcess> StartAsync(string build, string folder, string storage, string where)
    {
        Directory.CreateDirectory(folder);
        var started = new DurableProcess(Process.Start(
            new ProcessStartInfo(Path.Combine(build, "DmaGrains.Benchmarks"), [DurableWorker.Name, folder, storage, where])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!);
        var said = await started.ReadAsync();
        return said == DurableWorker.Ready ? started : throw new InvalidOperationException($"{build} said '{said}': expected '{DurableWorker.Ready}'.");
    }

    /// <summary>Measures callers that ask again as soon as they have their reply.</summary>
    public Task<LoadSample> FullAsync(string work, string callers, double seconds) => AskAsync($"full;{callers};{seconds};{work}");

    /// <summary>Measures operations that begin at a steady rate.</summary>
    public Task<LoadSample> OpenAsync(string work, double perSecond, double seconds) => AskAsync($"open;{perSecond:f0};{seconds};{work}");

    /// <summary>Ends it, and waits until it has closed its files.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<LoadSample> AskAsync(FormattableString ask)
    {
        await _process.StandardInput.WriteLineAsync(ask.ToString(CultureInfo.InvariantCulture));
        await _process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<LoadSample>(await ReadAsync())!;
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A worker ended before it answered; standard error tells why.");
}
