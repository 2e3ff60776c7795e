using System.Net;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace DmaGrains.Silo.Gateways;

/// <summary>
/// Lets clients in at the gateway, before anything of theirs is read as Orleans' protocol: those that want this cluster and, where tokens
/// are set, have one. A client that does not greet is one without a token.
/// </summary>
internal static class GatewayDoor
{
    /// <summary>Puts the door before a silo's gateway.</summary>
    public static void AddTo(ISiloBuilder silo) => silo.Configure<SiloConnectionOptions>(
        options => options.ConfigureGatewayInboundConnection(connection =>
        {
            var services = connection.ApplicationServices;
            var cluster = services.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId;
            var tokens = services.GetService<TokenStore>();
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category);
            connection.Use(next => context => OpenAsync(context, next, cluster, tokens, log));
        }));

    private static async Task OpenAsync(ConnectionContext context, ConnectionDelegate next, string cluster, TokenStore? tokens, ILogger log)
    {
        if (await MayEnterAsync(context, cluster, tokens, log))
        {
            if (tokens is { AreNeeded: true })
            {
                context.Transport = new ClientMessages(context.Transport, () => log.ClientPretends($"{context.RemoteEndPoint}"));
            }

            await next(context);
        }
    }

    private static async Task<bool> MayEnterAsync(ConnectionContext context, string cluster, TokenStore? tokens, ILogger log)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
            patience.CancelAfter(GatewayHello.Patience);
            var hello = await GatewayHello.HearAsync(context.Transport.Input, patience.Token);
            var answer = hello is not null && hello.ClusterId != cluster ? GatewayAnswer.OtherCluster
                : tokens is not null && tokens.PermissionOf(hello?.Token) == Permission.None ? GatewayAnswer.NoAccess
                : GatewayAnswer.Welcome;
            Tell(answer, context.RemoteEndPoint, hello, cluster, log);
            if (hello is not null)
            {
                await GatewayHello.AnswerAsync(context.Transport.Output, answer, cluster, patience.Token);
            }

            if (hello is not null && answer != GatewayAnswer.Welcome)
            {
                // The client goes when it has heard; a connection that is closed first may take the answer with it.
                await context.Transport.Input.ReadAsync(patience.Token);
            }

            return answer == GatewayAnswer.Welcome;
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or IOException or InvalidDataException or ConnectionAbortedException or ConnectionResetException)
        {
            // It went away, or said nothing in time.
            return false;
        }
    }

    private static void Tell(GatewayAnswer answer, EndPoint? client, GatewayHello? hello, string cluster, ILogger log)
    {
        if (answer == GatewayAnswer.OtherCluster)
        {
            log.ClientWantsAnotherCluster($"{client}", HarmlessText.Short(hello!.ClusterId, ModelName.QuotedMax), cluster);
        }
        else if (answer == GatewayAnswer.NoAccess)
        {
            log.ClientHasNoToken($"{client}", hello?.Token is null ? "no token" : "an unknown token");
        }
    }
}
