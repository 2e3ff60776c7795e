using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class PostgreSqlContractTests(PostgreSqlContractTests.PostgreSqlHost host)
    : StorageContractTests(host), IClassFixture<PostgreSqlContractTests.PostgreSqlHost>
{
    public sealed class PostgreSqlHost(Servers servers) : StorageHost
    {
        protected override async Task<StorageProvider> OpenAsync() => await StorageProvider.OpenPostgreSqlAsync(
            await servers.NewPostgreSqlAsync(), TestContext.Current.CancellationToken);
    }
}
