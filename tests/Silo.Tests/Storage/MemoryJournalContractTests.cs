namespace DmaGrains.Silo.Tests.Storage;

public sealed class MemoryJournalContractTests(MemoryContractTests.MemoryHost host)
    : JournalStoreContractTests(host), IClassFixture<MemoryContractTests.MemoryHost>
{
    protected override bool Closes => false;
}
