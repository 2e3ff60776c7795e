using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DmaGrains.Silo.Access;

/// <summary>Lets in bearers of tokens, as RFC 6750 has them in the header. Without any tokens, callers on this machine.</summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenStore tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme of the header.</summary>
    public const string SchemeName = "Bearer";

    private const string Claim = "permission";

    private const string SchemeAndSpace = $"{SchemeName} ";

    private static readonly AuthenticateResult _reader = ResultOf(Permission.Read);
    private static readonly AuthenticateResult _changer = ResultOf(Permission.Change);

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        !tokens.AreNeeded && MayComeFromAWebPage() ? AuthenticateResult.NoResult()
        : PermissionOf(Request, tokens) switch
        {
            Permission.Read => _reader,
            Permission.Change => _changer,
            _ => AuthenticateResult.NoResult(),
        });

    /// <summary>
    /// Whether a browser may have been made to send this by a page from elsewhere. Without tokens a silo listens on loopback alone, where
    /// browsers reach it, too; with tokens no page has one.
    /// </summary>
    private bool MayComeFromAWebPage()
    {
        var host = Request.Host.Host;
        var isNamed = host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        return !isNamed || (Request.Headers.Origin is { Count: > 0 } origin && origin != $"{Request.Scheme}://{Request.Host}");
    }

    /// <summary>What the sender of a request may do now; a stream that stays open asks again.</summary>
    public static Permission PermissionOf(HttpRequest request, TokenStore tokens) => tokens.PermissionOf(TokenIn(request.Headers.Authorization));

    private static string? TokenIn(string? header) =>
        header is not null && header.StartsWith(SchemeAndSpace, StringComparison.OrdinalIgnoreCase) ? header[SchemeAndSpace.Length..].Trim() : null;

    private static AuthenticateResult ResultOf(Permission permission) => AuthenticateResult.Success(new(
        new ClaimsPrincipal(new ClaimsIdentity([new(Claim, permission.ToString())], SchemeName)), SchemeName));

    /// <summary>Adds the scheme and what endpoints may ask for. An endpoint that asks for nothing is for those who may change.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(nameof(Permission.Read), policy => policy.RequireClaim(Claim, nameof(Permission.Read), nameof(Permission.Change)))
            .AddPolicy(nameof(Permission.Change), policy => policy.RequireClaim(Claim, nameof(Permission.Change)))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireClaim(Claim, nameof(Permission.Change)).Build());
    }
}

/// <summary>What endpoints ask of callers.</summary>
internal static class EndpointPermissions
{
    /// <summary>For those who may read, or change.</summary>
    public static TBuilder ForReaders<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(nameof(Permission.Read));

    /// <summary>For those who may change.</summary>
    public static TBuilder ForChangers<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(nameof(Permission.Change));
}
