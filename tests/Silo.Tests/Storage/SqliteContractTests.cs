using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class SqliteContractTests(SqliteContractTests.SqliteHost host)
    : StorageContractTests(host), IClassFixture<SqliteContractTests.SqliteHost>
{
    public sealed class SqliteHost : StorageHost
    {
        private readonly TemporaryFolder _folder = new();
        private int _files;

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _folder.Dispose();
        }

        protected override Task<StorageProvider> OpenAsync() =>
            Task.FromResult(StorageProvider.OpenSqlite(_folder.File($"state{Interlocked.Increment(ref _files)}.db")));
    }
}
