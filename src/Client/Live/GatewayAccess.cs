using System.CommandLine;
using DmaGrains.ClusterClient;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Live;

/// <summary>What lets the command in at a gateway, and which silos it trusts.</summary>
/// <param name="Token">The token; null for none. A secret.</param>
/// <param name="CaFile">The authority of silos with TLS; null for no TLS.</param>
internal sealed record GatewayAccess(string? Token, string? CaFile)
{
    private const string TokenFile = "--token-file";
    private const string TlsCa = "--tls-ca";

    // Not the silo's DMAGRAINS_…: those of a shell would be settings of a silo that is started there.
    private const string TokenVariable = "DMA_GATEWAY_TOKEN";
    private const string CaVariable = "DMA_GATEWAY_CA";

    /// <summary>The type alone: it has a secret.</summary>
    public override string ToString() => nameof(GatewayAccess);

    /// <summary>The options that say so.</summary>
    public static IEnumerable<Option> Options() =>
    [
        new Option<string?>(TokenFile)
        {
            Description = $"A file with the token that the silo needs; or the token itself in {TokenVariable}.",
            HelpName = "FILE",
        },
        new Option<string?>(TlsCa)
        {
            Description = $"The PEM file of the authority of silos with TLS; or the file's name in {CaVariable}.",
            HelpName = "FILE",
        },
    ];

    /// <summary>What a command line and the environment say.</summary>
    /// <exception cref="UsageException">The file of the token cannot be read, or is none.</exception>
    public static GatewayAccess Of(ParseResult parsed) => Of(ValueOf(parsed, TokenFile), ValueOf(parsed, TlsCa));

    /// <summary>What the environment says.</summary>
    public static GatewayAccess OfEnvironment() => Of(null, null);

    private static GatewayAccess Of(string? tokenFile, string? ca) => new(
        tokenFile is null ? Variable(TokenVariable) : Read(tokenFile),
        ca ?? Variable(CaVariable));

    /// <summary>Options of a client.</summary>
    public void Set(DmaGrainsClientOptions options)
    {
        options.Token = Token;
        options.Tls = CaFile is null ? null : new() { CaFile = CaFile };
    }

    private static string Read(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file).Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{TokenFile} {Quoted.Text(file)} cannot be read: expected a file with a token.");
        }

        // A silo's file of tokens has words before them.
        return text.Length is > 0 and <= 256 && !text.Any(char.IsWhiteSpace) ? text
            : throw new UsageException($"{TokenFile} {Quoted.Text(file)} has no token: expected one alone, without 'read' or 'change'.");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string? ValueOf(ParseResult parsed, string name) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name) is { } option
            && parsed.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null;
}
