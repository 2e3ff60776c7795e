using DmaGrains.Storage;
using DmaGrains.Testing;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>The storage of test clusters does what real storage does.</summary>
public sealed class TestClusterContractTests(TestClusterContractTests.TestClusterHost host)
    : StorageContractTests(host), IClassFixture<TestClusterContractTests.TestClusterHost>
{
    public sealed class TestClusterHost : StorageHost
    {
        protected override Task<StorageProvider> OpenAsync() =>
            Task.FromResult<StorageProvider>(new SharedProvider(new(new()), new(0)));
    }
}
