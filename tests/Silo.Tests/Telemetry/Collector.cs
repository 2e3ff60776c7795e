using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Tests.Telemetry;

/// <summary>Takes what OpenTelemetry's exporters send over HTTP, and waits until it has names.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StringBuilder> _taken = [];
    private readonly List<(string Path, string Words, TaskCompletionSource Heard)> _listeners = [];

    private Collector(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        _app = builder.Build();
        _app.Run(TakeAsync);
        Address = $"http://127.0.0.1:{port}";
    }

    /// <summary>Where it is.</summary>
    public string Address { get; }

    /// <summary>The last header by which a sender was let in.</summary>
    public string? Authorization { get; private set; }

    public static async Task<Collector> StartAsync(int port)
    {
        var collector = new Collector(port);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Completes when words were sent to a path.</summary>
    public Task HasAsync(string path, string words)
    {
        lock (_lock)
        {
            if (_taken.TryGetValue(path, out var taken) && taken.ToString().Contains(words, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _listeners.Add((path, words, heard));
            return heard.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_lock)
        {
            Authorization = context.Request.Headers.Authorization;
            var path = context.Request.Path.Value!;
            if (!_taken.TryGetValue(path, out var taken))
            {
                _taken.Add(path, taken = new());
            }

            // Names stand in the messages as they are.
            taken.Append(Encoding.Latin1.GetString(body.ToArray()));
            var all = taken.ToString();
            foreach (var listener in _listeners.Where(listener => listener.Path == path && all.Contains(listener.Words, StringComparison.Ordinal)))
            {
                listener.Heard.TrySetResult();
            }
        }

        context.Response.ContentType = "application/x-protobuf";
    }
}
