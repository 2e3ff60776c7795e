using System.Globalization;
using DmaGrains.Silo;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Testing;

[assembly: AssemblyFixture(typeof(DmaGrains.Cluster.Tests.ClusterFixture))]

namespace DmaGrains.Cluster.Tests;

/// <summary>
/// Two silos for all tests; each test takes a board of its own. In a nightly run (<c>tests/nightly</c>), one silo on the storage that
/// SEQUENCE_STORAGE names, <c>sqlite</c> or <c>postgresql</c>.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _opened = [];

    /// <summary>How many random sequences each test plays: SEQUENCE_TRIALS, or 60.</summary>
    public static int Trials { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SEQUENCE_TRIALS"), CultureInfo.InvariantCulture, out var trials) ? trials : 60;

    public IGrainFactory Grains { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        switch (Environment.GetEnvironmentVariable("SEQUENCE_STORAGE"))
        {
            case null or "" or "memory":
                Grains = Opened(await DmaTestCluster.StartAsync(silos: 2)).Grains;
                break;
            case "sqlite":
                var folder = Opened(new Folder());
                Grains = Opened(await EmbeddedSilo.StartAsync(folder.StateFile, stop)).Grains;
                break;
            case "postgresql":
                var server = Opened(await PostgreSqlServer.StartAsync());
                var storage = await StorageProvider.OpenPostgreSqlAsync(await server.NewDatabaseAsync(), stop);
                Grains = Opened(await EmbeddedSilo.StartAsync(storage, stop)).Grains;
                break;
            case var other:
                throw new InvalidOperationException($"SEQUENCE_STORAGE is {other}: expected memory, sqlite or postgresql.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_opened.TryPop(out var opened))
        {
            await opened.DisposeAsync();
        }
    }

    private T Opened<T>(T opened)
        where T : IAsyncDisposable
    {
        _opened.Push(opened);
        return opened;
    }

    private sealed class Folder : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public string StateFile => _folder.File("state.db");

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
