using System.Text;

namespace DmaGrains.Client.Tests;

/// <summary>The start of a short command costs what it loads.</summary>
public sealed class LoadedLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("list scenarios")]
    [InlineData("run gpu-and-display --engine model")]
    [InlineData("check scenarios/gpu-and-display.yaml")]
    [InlineData("run no-such-scenario")]
    [InlineData("experiment run no-such-file")]
    public async Task Commands_that_connect_to_no_cluster_do_not_load_its_client(string line)
    {
        var loaded = await LoadedByAsync(line);

        Assert.True(Names(loaded, "DmaGrains.Model"));
        Assert.False(Names(loaded, "Polly") || Names(loaded, "DmaGrains.ClusterClient"));
    }

    [Fact]
    public async Task A_command_that_connects_loads_the_client()
    {
        var loaded = await LoadedByAsync("board list --gateway nowhere.invalid:1");

        Assert.True(Names(loaded, "Polly") && Names(loaded, "DmaGrains.ClusterClient"));
    }

    [Theory]
    [InlineData("run gpu-and-display")]
    [InlineData("board list --data")]
    public async Task A_silo_inside_a_command_loads_no_web_server(string line)
    {
        var loaded = await LoadedByAsync(line.EndsWith("--data", StringComparison.Ordinal) ? $"{line} '{Path.Combine(_folder.Path, "state.db")}'" : line);

        Assert.True(Names(loaded, "Orleans.Runtime"));
        Assert.False(Names(loaded, "Microsoft.AspNetCore.Http") || Names(loaded, "AspNetCore.Server.Kestrel") || Names(loaded, "Microsoft.OpenApi"));
    }

    /// <summary>What the runtime tells of the assemblies that it loads.</summary>
    private async Task<byte[]> LoadedByAsync(string line)
    {
        var trace = Path.Combine(_folder.Path, "loaded.nettrace");
        using var shell = ProgramProcess.Shell(
            $"DOTNET_EnableEventPipe=1 DOTNET_EventPipeConfig=Microsoft-Windows-DotNETRuntime:0x8:4 DOTNET_EventPipeOutputPath='{trace}' ./dmagrains {line}");
        await shell.AnswerAsync();
        return await File.ReadAllBytesAsync(trace, TestContext.Current.CancellationToken);
    }

    private static bool Names(byte[] trace, string assembly) => trace.AsSpan().IndexOf(Encoding.Unicode.GetBytes(assembly)) >= 0;
}
