namespace DmaGrains.Silo.Tests.Storage;

public sealed class SqliteJournalContractTests(SqliteContractTests.SqliteHost host)
    : JournalStoreContractTests(host), IClassFixture<SqliteContractTests.SqliteHost>;
