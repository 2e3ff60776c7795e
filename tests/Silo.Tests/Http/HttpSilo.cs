using System.Collections;
using System.Net.Http.Headers;
using System.Text;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Settings;
using DmaGrains.Tests.Shared.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>A silo with its HTTP API in this process, in memory, on ports of its own.</summary>
internal sealed class HttpSilo : IAsyncDisposable
{
    /// <summary>The token for reading.</summary>
    public const string Reading = "reading-token-0001";

    /// <summary>The token for changing.</summary>
    public const string Changing = "changing-token-0001";

    private static readonly string[] _tokens = ["--read-token", Reading, "--change-token", Changing];

    private readonly IHost _host;
    private readonly Backends _backends;

    private HttpSilo(IHost host, Backends backends, int port) => (_host, _backends, Port) = (host, backends, port);

    /// <summary>The API's port.</summary>
    public int Port { get; }

    /// <summary>The grains behind it.</summary>
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>A client that sends requests to it, with a token or without.</summary>
    public HttpClient Client(string? token = Changing) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{Port}/"),
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
        Timeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>Starts one that needs tokens.</summary>
    public static Task<HttpSilo> StartAsync(params string[] args) => StartOpenAsync([.. _tokens, .. args]);

    /// <summary>Starts one with only these settings.</summary>
    public static async Task<HttpSilo> StartOpenAsync(params string[] args)
    {
        var port = FreePort.Next();
        string[] ports =
            ["--http-port", $"{port}", "--silo-port", $"{FreePort.Next()}", "--gateway-port", $"{FreePort.Next()}"];
        var settings = SiloSettings.Read(SettingSources.Load([.. ports, .. args], new Hashtable()));
        var backends = await Backends.OpenAsync(settings, CancellationToken.None);
        var host = SiloHost.Build(settings, backends, ["--Logging:LogLevel:Default=None"]);
        await host.StartAsync();
        return new(host, backends, port);
    }

    /// <summary>A body of JSON.</summary>
    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Stops it.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
        await _backends.DisposeAsync();
    }
}
