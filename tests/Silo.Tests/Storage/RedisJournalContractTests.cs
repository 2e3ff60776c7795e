namespace DmaGrains.Silo.Tests.Storage;

public sealed class RedisJournalContractTests(RedisContractTests.RedisHost host)
    : JournalStoreContractTests(host), IClassFixture<RedisContractTests.RedisHost>;
