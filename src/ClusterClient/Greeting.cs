using DmaGrains.Interfaces;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace DmaGrains.ClusterClient;

/// <summary>Greets gateways, and hears when one does not let the client in.</summary>
/// <param name="options">The options, with the cluster and the token.</param>
internal sealed class Greeting(DmaGrainsClientOptions options) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource<GatewayRefusedException> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a gateway does not let the client in.</summary>
    public Task<GatewayRefusedException> Refused => _refused.Task;

    /// <summary>Makes a client greet on each connection, and send its token with each call.</summary>
    public void AddTo(IClientBuilder client)
    {
        client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(
            connection => connection.Use(next => context => GreetAsync(context, next))));
        if (options.Token is not null)
        {
            client.AddOutgoingGrainCallFilter(this);
        }
    }

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        RequestContext.Set(GatewayHello.TokenKey, options.Token!);
        try
        {
            await context.Invoke();
        }
        finally
        {
            RequestContext.Remove(GatewayHello.TokenKey);
        }
    }

    private async Task GreetAsync(ConnectionContext context, ConnectionDelegate next)
    {
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed))
        {
            patience.CancelAfter(GatewayHello.Patience);
            await new GatewayHello(options.ClusterId, options.Token).SayAsync(context.Transport.Output, patience.Token);
            var (answer, cluster) = await GatewayHello.HearAnswerAsync(context.Transport.Input, patience.Token);
            if (answer != GatewayAnswer.Welcome)
            {
                var refused = new GatewayRefusedException($"{context.RemoteEndPoint}: {Reason(answer, cluster)}");
                _refused.TrySetResult(refused);
                throw refused;
            }
        }

        await next(context);
    }

    private string Reason(GatewayAnswer answer, string cluster) => answer == GatewayAnswer.OtherCluster
        ? $"the silo belongs to the cluster '{Model.HarmlessText.Short(cluster, Model.ModelName.QuotedMax)}', not to '{options.ClusterId}': expected the {nameof(options.ClusterId)} of its cluster."
        : $"the silo needs a token, and {(options.Token is null ? "none is set" : "does not know this one")}: expected one of its tokens.";
}
