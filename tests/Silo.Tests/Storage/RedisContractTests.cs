using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class RedisContractTests(RedisContractTests.RedisHost host)
    : StorageContractTests(host), IClassFixture<RedisContractTests.RedisHost>
{
    public sealed class RedisHost(Servers servers) : StorageHost
    {
        protected override async Task<StorageProvider> OpenAsync() => await StorageProvider.OpenRedisAsync(
            await servers.NewRedisAsync(), TestContext.Current.CancellationToken);
    }
}
