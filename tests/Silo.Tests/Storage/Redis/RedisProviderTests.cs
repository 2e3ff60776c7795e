using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Storage.Redis;

public sealed class RedisProviderTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_does_not_say_a_wrong_password()
    {
        var wrong = (await servers.NewRedisAsync()).Replace(RedisServer.Password, "no-such-7Qx", StringComparison.Ordinal);

        await AssertRefusedAsync(wrong, "WRONGPASS");
    }

    [Fact]
    public Task Open_is_refused_when_nobody_answers() =>
        AssertRefusedAsync($"127.0.0.1:{FreePort.Next()},password=no-such-7Qx,connectTimeout=500", "not possible to connect");

    [Theory]
    [InlineData("--appendonly", "no")]
    [InlineData("--appendfsync", "everysec")]
    public async Task Weakness_is_told_when_the_server_acknowledges_before_it_writes(string setting, string value)
    {
        await using var server = await RedisServer.StartAsync();
        await using var strong = await StorageProvider.OpenRedisAsync(server.NewDatabase(), Cancellation);
        await server.KillAsync();
        await server.StartAgainAsync(setting, value);

        await using var weak = await StorageProvider.OpenRedisAsync(server.NewDatabase(), Cancellation);

        Assert.Null(strong.Weakness);
        Assert.Contains("appendfsync always", weak.Weakness, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(string configuration, string saying)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => StorageProvider.OpenRedisAsync(configuration, Cancellation));

        Assert.StartsWith("Redis at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", refused.ToString(), StringComparison.Ordinal);
    }
}
