using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class MemoryJournalContractTests(MemoryJournalContractTests.MemoryHost host)
    : JournalStoreContractTests(host), IClassFixture<MemoryJournalContractTests.MemoryHost>
{
    protected override bool Closes => false;

    public sealed class MemoryHost : StorageHost
    {
        protected override Task<StorageProvider> OpenAsync() => Task.FromResult(StorageProvider.MemoryOfOneSilo);
    }
}
