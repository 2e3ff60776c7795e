using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Gateways;

/// <summary>TLS between clients and silos, and between silos.</summary>
public sealed class GatewayTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Certificates _cluster;
    private readonly Certificates _other;

    public GatewayTlsTests() => (_cluster, _other) = (new(_folder), new(_folder, "other"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _cluster.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_client_that_trusts_the_authority_gets_in_and_others_do_not()
    {
        using var silo = await SiloProcess.StartReadyAsync([], "--tls-certificate", _cluster.Silo(), "--tls-ca", _cluster.Ca);

        await WorksAsync(OptionsOf(silo, new() { CaFile = _cluster.Ca }));
        await IsRefusedAsync(OptionsOf(silo, new() { CaFile = _other.Ca }));
        await IsRefusedAsync(OptionsOf(silo, null));

        await silo.Process.SaysAsync("expected one that speaks TLS and has the authority of tls-ca.");
        Assert.Matches("The TLS handshake with a client at 127.0.0.1:[0-9]+ failed", silo.Process.Said);
        Assert.DoesNotContain("Exception", silo.Process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_with_a_certificate_for_another_host_is_not_trusted()
    {
        using var silo = await SiloProcess.StartReadyAsync([], "--tls-certificate", _cluster.Silo("silo1.example"), "--tls-ca", _cluster.Ca);

        await IsRefusedAsync(OptionsOf(silo, new() { CaFile = _cluster.Ca }));
    }

    [Fact]
    public async Task Clients_show_certificates_where_a_setting_wants_them()
    {
        using var silo = await SiloProcess.StartReadyAsync(
            [], "--tls-certificate", _cluster.Silo(), "--tls-ca", _cluster.Ca, "--tls-clients", "on");

        await WorksAsync(OptionsOf(silo, new() { CaFile = _cluster.Ca, CertificateFile = _cluster.ForClient() }));
        await IsRefusedAsync(OptionsOf(silo, new() { CaFile = _cluster.Ca }));
        await IsRefusedAsync(OptionsOf(silo, new() { CaFile = _cluster.Ca, CertificateFile = _other.ForClient() }));

        await silo.Process.SaysAsync("has the authority of tls-ca, and a certificate from it.");
    }

    [Fact]
    public async Task Silos_find_each_other_over_TLS()
    {
        await using var server = await RedisServer.StartAsync();
        (string, string)[] settings =
        [
            ("DMAGRAINS_STORAGE", "redis"), ("DMAGRAINS_CLUSTERING", "redis"), ("DMAGRAINS_REDIS", server.NewDatabase()),
            ("DMAGRAINS_TLS_CERTIFICATE", _cluster.Silo()), ("DMAGRAINS_TLS_CA", _cluster.Ca),
        ];
        using var first = await SiloProcess.StartReadyAsync(settings);
        using var second = await SiloProcess.StartReadyAsync(settings);
        await using var client = await DmaGrainsClient.ConnectAsync(OptionsOf(first, new() { CaFile = _cluster.Ca }), Cancellation);

        await SmallBoard.DefineAsync(client.Grains);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => SmallBoard.ExportAsync(client.Grains, number)));

        var management = client.Grains.GetGrain<IManagementGrain>(0);
        Assert.Equal(2, (await management.GetHosts(onlyActive: true)).Count);
    }

    private static DmaGrainsClientOptions OptionsOf(SiloProcess silo, ClientTls? tls) =>
        new() { Gateways = { silo.Gateway }, Tls = tls, ConnectRetries = 0 };

    /// <summary>Orleans tries again until the time is up.</summary>
    private static async Task IsRefusedAsync(DmaGrainsClientOptions options)
    {
        options.ConnectTimeout = TimeSpan.FromSeconds(3);
        await Assert.ThrowsAsync<NoReplyException>(() => WorksAsync(options));
    }

    private static async Task WorksAsync(DmaGrainsClientOptions options)
    {
        await using var client = await DmaGrainsClient.ConnectAsync(options, Cancellation);
        await SmallBoard.DefineAsync(client.Grains);
    }
}
