using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>How the command is let in at a silo that needs a token.</summary>
public sealed class GatewayAccessTests : IAsyncLifetime
{
    private const string Token = "reading-token-7Qx-0001";

    private readonly TemporaryFile _tokens = new($"read {Token}\n", ".tokens");
    private readonly TemporaryFile _token = new($"{Token}\n", ".token");
    private ProgramProcess? _silo;
    private string _gateway = string.Empty;

    public async ValueTask InitializeAsync()
    {
        var (silo, gateway) = SiloProcess.FreePorts();
        _gateway = gateway;
        _silo = ProgramProcess.Start("DmaGrains.Silo", "--silo-port", silo, "--gateway-port", gateway, "--token-file", _tokens.Path);
        await _silo.ReadUntilAsync("ready");
    }

    public ValueTask DisposeAsync()
    {
        _silo?.Dispose();
        _tokens.Dispose();
        _token.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_token_in_a_file_lets_the_command_in_and_permits_what_it_permits()
    {
        (await DoAsync("board", "list", "--token-file", _token.Path)).Good();

        var refused = await DoAsync("board", "define", "rk3399", "--token-file", _token.Path);

        Assert.Equal(ExitCode.NotPermitted, refused.Code);
        Assert.Contains("The token does not permit", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_the_command_is_not_let_in()
    {
        var refused = await DoAsync("board", "list");

        Assert.Equal(ExitCode.NotPermitted, refused.Code);
        Assert.Equal($"dmagrains: 127.0.0.1:{_gateway}: the silo needs a token, and none is set: expected one of its tokens.", refused.Error.Trim());
    }

    [Fact]
    public async Task A_file_that_has_no_token_alone_is_refused_and_not_repeated()
    {
        var missing = await DoAsync("board", "list", "--token-file", "/no/such/file");
        var list = await DoAsync("board", "list", "--token-file", _tokens.Path);
        var authority = await DoAsync("board", "list", "--tls-ca", _token.Path);

        missing.Unusable("--token-file '/no/such/file' cannot be read: expected a file with a token.");
        list.Unusable("expected one alone, without 'read' or 'change'.");
        authority.Unusable("Tls.CaFile cannot be read as PEM: expected a file with a certificate.");
        Assert.DoesNotContain("7Qx", list.Error + authority.Error, StringComparison.Ordinal);
    }

    private Task<Answer> DoAsync(params string[] args) => ProgramProcess.ClientAsync([.. args, "--gateway", $"127.0.0.1:{_gateway}"]);
}
