using DmaGrains.Interfaces;
using DmaGrains.Silo.Access;

namespace DmaGrains.Silo.Gateways;

/// <summary>
/// Checks the token of each call that a client sends: whether it may read, or change. Calls between grains, and those of the silo itself,
/// pass, and <see cref="ClientMessages"/> sees to it that no client pretends to send one; the token goes no further than the first grain.
/// </summary>
/// <param name="tokens">The tokens.</param>
internal sealed class TokenFilter(TokenStore tokens) : IIncomingGrainCallFilter
{
    /// <summary>How the name begins that a silo has as a client of itself.</summary>
    public static ReadOnlySpan<byte> SiloItself => "hosted-"u8;

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
        source is not { } caller || (caller.IsClient() && !caller.Key.AsSpan().StartsWith(SiloItself));
}
