using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class MemoryContractTests(MemoryContractTests.MemoryHost host)
    : StorageContractTests(host), IClassFixture<MemoryContractTests.MemoryHost>
{
    protected override bool RemembersCleared => false;

    public sealed class MemoryHost : StorageHost
    {
        protected override Task<StorageProvider> OpenAsync() => Task.FromResult(StorageProvider.Memory);
    }
}
