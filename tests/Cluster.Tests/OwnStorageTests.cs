using System.Collections.Concurrent;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Silo;
using DmaGrains.Storage;

namespace DmaGrains.Cluster.Tests;

/// <summary>A storage provider written outside, with what packages show to everybody.</summary>
public sealed class OwnStorageTests
{
    private static readonly BoardDefinition _board = new(
        "own", "A board on a storage of one's own", [new("ram", MemoryKind.System, new(0, 1024))], [new("gpu", new DeviceDmaParameters(1 << 16, 16, 0))]);

    [Fact]
    public async Task Silo_on_a_storage_of_ones_own_remembers_after_a_restart_what_it_acknowledged()
    {
        var table = new ConcurrentDictionary<(string Grain, string Name), StoredState>();
        await using (var silo = await EmbeddedSilo.StartAsync(new OwnProvider(table), TestContext.Current.CancellationToken))
        {
            Assert.True((await silo.Grains.GetBoard(_board.Name).DefineAsync(_board)).IsGranted);
            var frame = silo.Grains.GetBuffer("own", "frame");
            var exported = await frame.ExportAsync(new("frame", 8192));
            Assert.True(exported.IsGranted, exported.ToString());
            Assert.True((await frame.AttachAsync("a", "gpu")).IsGranted);
        }

        await using var again = await EmbeddedSilo.StartAsync(new OwnProvider(table), TestContext.Current.CancellationToken);
        var mapped = await again.Grains.GetBuffer("own", "frame").MapAttachmentAsync("m", "a", DmaDirection.ToDevice);

        Assert.True(mapped.IsGranted, mapped.ToString());
    }

    [Fact]
    public async Task Storage_that_fails_acknowledges_nothing()
    {
        var storage = new OwnProvider([]);
        await using var silo = await EmbeddedSilo.StartAsync(storage, TestContext.Current.CancellationToken);
        await silo.Grains.GetBoard(_board.Name).DefineAsync(_board);
        var frame = silo.Grains.GetBuffer("own", "frame");
        await frame.ExportAsync(new("frame", 8192));

        storage.IsFull = true;
        var fault = await Assert.ThrowsAsync<OrleansException>(() => frame.AttachAsync("a", "gpu"));
        storage.IsFull = false;
        Assert.Contains("the dictionary is full", fault.Message, StringComparison.Ordinal);

        var buffer = await frame.DescribeAsync();
        Assert.True(buffer.Value.Attachments.IsEmpty);
    }

    /// <summary>Keeps states in a dictionary that outlives it.</summary>
    private sealed class OwnProvider(ConcurrentDictionary<(string Grain, string Name), StoredState> table) : StorageProvider, IStateStore
    {
        public bool IsFull { get; set; }

        public override string? Weakness => "It is all in memory.";

        public override void AddTo(ISiloBuilder silo, string name) => silo.AddStateStore(name, this);

        public override Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<StoredState?> DoAsync(StateOperation operation)
        {
            var key = (operation.Grain, operation.Name);
            lock (table)
            {
                StoredState? row = table.TryGetValue(key, out var found) ? found : null;
                return operation switch
                {
                    StateChange when IsFull => Task.FromException<StoredState?>(new StorageException("the dictionary is full")),
                    StateChange change when row?.Version != change.Expected => Task.FromResult<StoredState?>(null),
                    StateChange change => Task.FromResult<StoredState?>(Write(key, change)),
                    _ => Task.FromResult(row),
                };
            }
        }

        private StoredState Write((string Grain, string Name) key, StateChange change)
        {
            var after = StoredState.After(change.Expected);
            table[key] = after with { Payload = change.Payload };
            return after;
        }
    }
}
