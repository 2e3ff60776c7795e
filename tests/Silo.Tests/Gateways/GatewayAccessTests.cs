using System.Diagnostics;
using System.Reflection;
using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Machines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace DmaGrains.Silo.Tests.Gateways;

/// <summary>Who is let in at the gateway, and what they may do.</summary>
public sealed class GatewayAccessTests
{
    private const string Reading = "reading-token-0001";
    private const string Changing = "changing-token-0001";

    private static readonly (string Name, string Value)[] _tokens =
        [("DMAGRAINS_READ_TOKEN", Reading), ("DMAGRAINS_CHANGE_TOKEN", Changing)];

    // Every method of every grain that clients may call is here or in the next list.
    private static readonly string[] _reading =
    [
        "IBoardGrain.GetAsync", "IBoardGrain.ListBuffersAsync", "IBoardListGrain.ListAsync", "IDeviceGrain.GetAsync",
        "IDmaBufferGrain.DescribeAsync", "IDmaBufferGrain.GetConstraintsAsync", "IDmaBufferGrain.HistoryAsync", "IDmaBufferGrain.RecalcConstraintsAsync",
        "IDmaBufferGrain.TestMapAttachmentAsync", "IExperimentGrain.GetStatusAsync", "IMemoryGrain.DescribeAsync", "IMemoryGrain.GetHeldAsync",
        "ITranslationGrain.GetHeldAsync",
    ];

    private static readonly string[] _changing =
    [
        "IBoardGrain.DefineAsync", "IBoardGrain.RemoveAsync", "IBoardGrain.ReplaceAsync", "IBoardGrain.SetDeviceAsync", "IBoardGrain.SwitchContextAsync",
        "IDmaBufferGrain.ExecuteAsync", "IDmaBufferGrain.ExecuteAsync", "IDmaBufferGrain.ExportAsync", "IDmaBufferGrain.RepairAsync",
        "IExperimentGrain.StartAsync", "IExperimentGrain.StopAsync",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_method_of_every_grain_is_for_those_whose_token_permits_it()
    {
        using var silo = await SiloProcess.StartReadyAsync(_tokens);
        await using var reader = await DmaGrainsClient.ConnectAsync(OptionsOf(silo, Reading), Cancellation);
        await using var changer = await DmaGrainsClient.ConnectAsync(OptionsOf(silo, Changing), Cancellation);
        using var silent = await GreetingOnlyAsync(silo, Changing);
        var methods = Methods().ToList();

        Assert.Equal(_reading.Concat(_changing).Order(), methods.Select(NameOf).Order());
        foreach (var method in methods)
        {
            Assert.Equal(_reading.Contains(NameOf(method)), await IsPermittedAsync(reader.Grains, method));
            Assert.True(await IsPermittedAsync(changer.Grains, method), NameOf(method));
            Assert.False(await IsPermittedAsync(silent.Services.GetRequiredService<IClusterClient>(), method), NameOf(method));
        }
    }

    [Fact]
    public async Task Nobody_changes_by_pretending_to_be_a_grain_or_a_silo()
    {
        using var silo = await SiloProcess.StartReadyAsync(_tokens);
        string[] senders = ["board/other", "sys.svc.user/other", "sys.client/hosted-127.0.0.1:11111@1"];
        foreach (var (index, method) in Methods().Where(method => _changing.Contains(NameOf(method))).Index())
        {
            await IsCutOffAsync(silo, senders[index % senders.Length], grains => IsPermittedAsync(grains, method));
        }

        await IsCutOffAsync(silo, senders[0], SmallBoard.DefineAsync);

        await silo.Process.SaysAsync("pretends to be a grain or a silo");
        await using var reader = await DmaGrainsClient.ConnectAsync(OptionsOf(silo, Reading), Cancellation);
        Assert.Empty((await reader.Grains.GetBoards().ListAsync(string.Empty, 10, Cancellation)).Value.Names);
    }

    [Theory]
    [InlineData(null, "a client at", "has no token", "needs a token, and none is set")]
    [InlineData("unknown-token-7Qx", "a client at", "has an unknown token", "needs a token, and does not know this one")]
    public async Task Nobody_is_let_in_without_a_token_and_both_sides_say_so(string? token, string who, string said, string told)
    {
        using var silo = await SiloProcess.StartReadyAsync(_tokens);
        var began = Stopwatch.GetTimestamp();

        var refused = await Assert.ThrowsAsync<GatewayRefusedException>(() => DmaGrainsClient.ConnectAsync(OptionsOf(silo, token), Cancellation));

        Assert.True(Stopwatch.GetElapsedTime(began) < new DmaGrainsClientOptions().ConnectTimeout);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        await silo.Process.SaysAsync(said);
        Assert.Contains(who, silo.Process.Said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("7Qx", silo.Process.Said + refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_cluster_id_fails_at_once_and_both_sides_say_so()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var options = OptionsOf(silo, null);
        options.ClusterId = "elsewhere";

        var refused = await Assert.ThrowsAsync<GatewayRefusedException>(() => DmaGrainsClient.ConnectAsync(options, Cancellation));

        Assert.Equal(
            $"{silo.Gateway}: the silo belongs to the cluster 'dmagrains', not to 'elsewhere': expected the ClusterId of its cluster.", refused.Message);
        await silo.Process.SaysAsync("wants the cluster 'elsewhere', and this is 'dmagrains'");
    }

    [Fact]
    public async Task A_token_that_no_silo_needs_does_no_harm()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        await using var client = await DmaGrainsClient.ConnectAsync(OptionsOf(silo, Changing), Cancellation);

        await SmallBoard.DefineAsync(client.Grains);
    }

    [Fact]
    public async Task Grains_ask_each_other_without_tokens()
    {
        using var silo = await SiloProcess.StartReadyAsync(_tokens);
        await using var client = await DmaGrainsClient.ConnectAsync(OptionsOf(silo, Changing), Cancellation);
        await SmallBoard.DefineAsync(client.Grains);
        await SmallBoard.ExportAsync(client.Grains, 1);

        Assert.True((await SmallBoard.Buffer(client.Grains, 1).MapAttachmentAsync("m", "first", Model.Buffers.DmaDirection.Bidirectional)).IsGranted);
    }

    private static DmaGrainsClientOptions OptionsOf(SiloProcess silo, string? token) => new() { Gateways = { silo.Gateway }, Token = token };

    private static IEnumerable<MethodInfo> Methods() => typeof(IDmaBufferGrain).Assembly.GetTypes()
        .Where(type => type.IsInterface && type.IsPublic && typeof(IGrain).IsAssignableFrom(type))
        .SelectMany(type => type.GetMethods());

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static async Task<bool> IsPermittedAsync(IGrainFactory grains, MethodInfo method)
    {
        var grain = grains.GetGrain(method.DeclaringType!, $"experiment:none/{method.Name}");
        var args = method.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();
        try
        {
            await (Task)method.Invoke(grain, args)!;
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task IsCutOffAsync(SiloProcess silo, string sender, Func<IGrainFactory, Task> callAsync)
    {
        var closed = new TaskCompletionSource();
        using var forger = await GreetingOnlyAsync(silo, Reading, closed);
        Pretend(forger, GrainId.Parse(sender));

        var call = callAsync(forger.Services.GetRequiredService<IClusterClient>());

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.False(call.IsCompletedSuccessfully);
    }

    /// <summary>Makes a client write that its calls come from someone else.</summary>
    private static void Pretend(IHost client, GrainId sender)
    {
        var runtime = client.Services.GetRequiredService(typeof(IClusterClient).Assembly.GetType("Orleans.OutsideRuntimeClient", throwOnError: true)!);
        var address = runtime.GetType().GetProperty("CurrentActivationAddress", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;
        var own = (GrainAddress)address.GetValue(runtime)!;
        address.SetValue(runtime, new GrainAddress { GrainId = sender, ActivationId = own.ActivationId, SiloAddress = own.SiloAddress });
    }

    /// <summary>A client that is let in, and then sends calls without a token.</summary>
    private static async Task<IHost> GreetingOnlyAsync(SiloProcess silo, string token, TaskCompletionSource? closed = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var gateway = System.Net.IPEndPoint.Parse(silo.Gateway);
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(gateway);
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterDefaults.ClusterId, ClusterDefaults.ServiceId));
            client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(connection => connection.Use(next => async context =>
            {
                await new GatewayHello(ClusterDefaults.ClusterId, token).SayAsync(context.Transport.Output, Cancellation);
                await GatewayHello.HearAnswerAsync(context.Transport.Input, Cancellation);
                await next(context);
                closed?.TrySetResult();
            })));
        });
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }
}
