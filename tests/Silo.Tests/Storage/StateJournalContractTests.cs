using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>Journals that are kept as states.</summary>
public sealed class StateJournalContractTests(MemoryContractTests.MemoryHost host)
    : JournalContractTests(host), IClassFixture<MemoryContractTests.MemoryHost>
{
    protected override async Task<Journal> OpenAsync(GrainId id) => new StateJournal(await Host.StorageAsync(), id, "journal");
}
