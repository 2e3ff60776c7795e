using DmaGrains.Interfaces;
using DmaGrains.Silo.Access;

namespace DmaGrains.Silo.Gateways;

/// <summary>
/// Checks the token of each call that a client sends: whether it may read, or change. Calls between grains, and those of the silo itself,
/// pass; the token goes no further than the first grain.
/// </summary>
/// <param name="tokens">The tokens.</param>
internal sealed class TokenFilter(TokenStore tokens) : IIncomingGrainCallFilter
{
    private const string SiloItself = "hosted-";

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (!IsOfAClient(context.SourceId))
        {
            return context.Invoke();
        }

        var token = RequestContext.Get(GatewayHello.TokenKey) as string;
        RequestContext.Remove(GatewayHello.TokenKey);
        var has = tokens.PermissionOf(token);
        return ClientMethods.NeededFor(context.InterfaceMethod) is { } needed && has >= needed ? context.Invoke()
            : throw new UnauthorizedAccessException(
                has == Permission.None ? "The silo needs a token, and this one is unknown or missing."
                : $"The token does not permit {context.InterfaceName}.{context.MethodName}: expected one that lets its bearer change.");
    }

    private static bool IsOfAClient(GrainId? source) =>
        source is not { } caller || (caller.IsClient() && !caller.Key.AsSpan().StartsWith(System.Text.Encoding.UTF8.GetBytes(SiloItself)));
}
