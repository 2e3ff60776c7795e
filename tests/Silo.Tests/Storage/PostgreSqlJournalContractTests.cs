namespace DmaGrains.Silo.Tests.Storage;

public sealed class PostgreSqlJournalContractTests(PostgreSqlContractTests.PostgreSqlHost host)
    : JournalStoreContractTests(host), IClassFixture<PostgreSqlContractTests.PostgreSqlHost>;
