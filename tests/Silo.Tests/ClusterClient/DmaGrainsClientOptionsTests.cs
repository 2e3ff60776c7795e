using System.Globalization;
using CsCheck;
using DmaGrains.ClusterClient;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DmaGrains.Silo.Tests.ClusterClient;

/// <summary>Options are checked at the start of a program, before anything is connected.</summary>
public class DmaGrainsClientOptionsTests
{
    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_the_start_by_the_option_s_name()
    {
        var problem = await StartAsync<OptionsValidationException>(
            new("Gateways:0", "127.0.0.1:30000"), new("Gateways:1", "nobody\u001b[2J"), new("ClusterId", " "), new("Retries", "-1"));

        Assert.Equal(
            [
                "ClusterId is empty: expected the name that the silos use, such as 'dmagrains'.",
                @"Gateways[1] 'nobody\u001b[2J' is not an address: expected HOST:PORT, such as 127.0.0.1:30000.",
                "Retries is -1: expected 0 to 100.",
            ],
            problem.Failures);
    }

    [Fact]
    public async Task A_program_without_gateways_does_not_start()
    {
        var problem = await StartAsync<OptionsValidationException>();

        Assert.Equal(["Gateways is empty: expected a list of at least one HOST:PORT, such as 127.0.0.1:30000."], problem.Failures);
    }

    [Fact]
    public async Task An_unknown_key_stops_the_program_and_is_named()
    {
        var problem = await StartAsync<InvalidOperationException>(new("Gateways:0", "127.0.0.1:30000"), new("Gateway", "127.0.0.1:30000"));

        Assert.Contains("'Gateway'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_of_another_kind_stops_the_program_and_is_named()
    {
        var problem = await StartAsync<InvalidOperationException>(new("Gateways:0", "127.0.0.1:30000"), new("RetryDelay", "soon"));

        Assert.Contains("'soon' at 'DmaGrains:RetryDelay'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectTimeout", "00:00:00.0090000", "00:00:00.0100000", "1.00:00:00", "1.00:00:00.0000001")]
    [InlineData("NextGatewayDelay", "-00:00:00.0000001", "00:00:00", "1.00:00:00", "1.00:00:00.0000001")]
    [InlineData("ResponseTimeout", "00:00:00.0090000", "00:00:00.0100000", "1.00:00:00", "1.00:00:00.0000001")]
    [InlineData("RetryDelay", "-00:00:00.0000001", "00:00:00", "1.00:00:00", "1.00:00:00.0000001")]
    [InlineData("Retries", "-1", "0", "100", "101")]
    [InlineData("ConnectRetries", "-1", "0", "2147483647", null)]
    public void Ranges_hold_at_both_ends(string option, string below, string least, string most, string? above)
    {
        Assert.Empty(FaultsOf(option, least));
        Assert.Empty(FaultsOf(option, most));
        Assert.Single(FaultsOf(option, below), fault => fault.StartsWith($"{option} is {below}", StringComparison.Ordinal));
        if (above is not null)
        {
            Assert.Single(FaultsOf(option, above));
        }
    }

    [Fact]
    public void A_gateway_is_read_as_it_is_written() => Gen.Select(
        Gen.OneOf(Gen.Byte.Array[4].Select(bytes => string.Join('.', bytes)), Gen.String[Gen.Char['a', 'z'], 1, 20], Gen.Const("[::1]")),
        Gen.UShort[1, ushort.MaxValue])
        .Sample((host, port) =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
            Assert.True(Gateway.TryParse(text, out var gateway));
            Assert.Equal((new Gateway(host, port), text), (gateway, gateway.ToString()));
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":1")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("ho st:1")]
    public void What_is_no_gateway_is_not_read(string? text) => Assert.False(Gateway.TryParse(text, out _));

    [Fact]
    public void Grains_come_from_one_place()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient();

        var problem = Assert.Throws<InvalidOperationException>(() => builder.AddDmaGrainsClient());

        Assert.Contains("already has grains", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Added_twice_there_is_one_client_with_the_options_of_both()
    {
        using var host = Host.CreateDefaultBuilder()
            .AddDmaGrainsClient(options => options.Gateways.Add("a:1"))
            .AddDmaGrainsClient(options => options.Gateways.Add("b:2"))
            .Build();

        Assert.Equal(["a:1", "b:2"], host.Services.GetRequiredService<IOptions<DmaGrainsClientOptions>>().Value.Gateways);
        Assert.Single(host.Services.GetServices<IHostedService>());
        Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0));
    }

    private static IEnumerable<string> FaultsOf(string option, string value)
    {
        var options = new DmaGrainsClientOptions { Gateways = { "127.0.0.1:30000" } };
        new ConfigurationBuilder().AddInMemoryCollection([new(option, value)]).Build().Bind(options);
        return new DmaGrainsClientOptionsValidator().Validate(null, options).Failures ?? [];
    }

    private static async Task<T> StartAsync<T>(params KeyValuePair<string, string?>[] settings)
        where T : Exception
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"{DmaGrainsClientOptions.Section}:{setting.Key}", setting.Value)));
        builder.AddDmaGrainsClient();
        using var host = builder.Build();
        return await Assert.ThrowsAsync<T>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }
}
