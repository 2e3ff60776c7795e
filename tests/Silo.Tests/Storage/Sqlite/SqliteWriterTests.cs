using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>Groups of changes. A gate holds the writer while a group gathers behind it.</summary>
public sealed class SqliteWriterTests : IDisposable
{
    // Nothing that a grain is called: SQLite refuses it.
    private const string NoGrain = null!;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_failed_commit_fails_its_group_and_nothing_else()
    {
        await using var writer = Open();
        await Write(writer, "before", null);
        var (gate, passed) = Close(writer);
        var group = Enumerable.Range(0, 10).Select(index => Write(writer, $"group{index}", null)).ToList();
        group.Add(Write(writer, NoGrain, null));
        var read = Read(writer, "before");

        gate.Set();

        await passed;
        foreach (var change in group)
        {
            Assert.Contains(" failed: ", (await Assert.ThrowsAsync<StorageException>(() => change)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await read)!.Value.Version);
        Assert.Null(await Read(writer, "group0"));
        Assert.Equal(1, (await Write(writer, "group0", null))!.Value.Version);
        Assert.Equal(2, (await Write(writer, "before", 1))!.Value.Version);
    }

    [Fact]
    public async Task A_conflict_is_its_own_operation_s_only()
    {
        await using var writer = Open();
        await Write(writer, "contended", null);
        var (gate, _) = Close(writer);
        var good = Enumerable.Range(0, 10).Select(index => Write(writer, $"good{index}", null)).ToArray();
        var first = Write(writer, "contended", 1);
        var second = Write(writer, "contended", 1);
        var unborn = Write(writer, "unborn", 7);

        gate.Set();

        Assert.All(await Task.WhenAll(good), change => Assert.Equal(1, change!.Value.Version));
        Assert.Equal(2, (await first)!.Value.Version);
        Assert.Null(await second);
        Assert.Null(await unborn);
    }

    [Fact]
    public async Task A_read_sees_what_is_committed_and_not_what_is_about_to_be()
    {
        await using var writer = Open();
        await Write(writer, "a", null);
        var (gate, _) = Close(writer);
        var change = Write(writer, "a", 1);
        var read = Read(writer, "a");

        gate.Set();

        Assert.Equal(1, (await read)!.Value.Version);
        Assert.Equal(2, (await change)!.Value.Version);
    }

    [Fact]
    public async Task A_change_that_was_withdrawn_before_it_began_does_not_happen()
    {
        await using var writer = Open();
        var (gate, _) = Close(writer);
        using var withdrawal = new CancellationTokenSource();
        var withdrawn = writer.DoAsync(new StateChange("a", "buffer", null, [1], withdrawal.Token));
        var other = Write(writer, "b", null);
        await withdrawal.CancelAsync();

        gate.Set();

        await Assert.ThrowsAsync<TaskCanceledException>(() => withdrawn);
        Assert.Equal(1, (await other)!.Value.Version);
        Assert.Null(await Read(writer, "a"));
    }

    [Fact]
    public async Task Close_carries_out_what_is_queued_and_refuses_what_comes_later()
    {
        var writer = Open();
        var (gate, _) = Close(writer);
        var queued = Enumerable.Range(0, 2 * WaitingOperations.GroupMax).Select(index => Write(writer, $"a{index}", null)).ToArray();
        var closed = writer.DisposeAsync();
        var late = Write(writer, "late", null);

        gate.Set();

        await closed;
        Assert.All(await Task.WhenAll(queued), change => Assert.Equal(1, change!.Value.Version));
        await Assert.ThrowsAsync<StorageException>(() => late);
        await using var again = Open();
        Assert.NotNull(await Read(again, $"a{(2 * WaitingOperations.GroupMax) - 1}"));
        Assert.Null(await Read(again, "late"));
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_and_lets_reads_through_until_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(1 << 20);
        await using var writer = new SqliteWriter(SqliteFile.Open(disk.File("state.db")));
        await Write(writer, "a", null);
        disk.Fill();

        var big = new byte[100_000];
        var refused = Enumerable.Range(0, 50).Select(index => Write(writer, $"b{index}", null, big)).ToArray();

        await Task.WhenAll(refused.Select(change => Assert.ThrowsAsync<StorageException>(() => change)));
        Assert.Equal(1, (await Read(writer, "a"))!.Value.Version);
        Assert.Null(await Read(writer, "b0"));
        disk.Empty();
        Assert.Equal(1, (await Write(writer, "b0", null, big))!.Value.Version);
        Assert.Equal(2, (await Write(writer, "a", 1))!.Value.Version);
    }

    private static Task<StoredState?> Write(SqliteWriter writer, string grain, long? expected, byte[]? payload = null) =>
        writer.DoAsync(new StateChange(
            grain, "buffer", expected, SealedState.Seal(grain, "buffer", (expected ?? 0) + 1, payload ?? [1]), Cancellation));

    private static Task<StoredState?> Read(SqliteWriter writer, string grain) =>
        writer.DoAsync(new StateRead(grain, "buffer", Cancellation));

    /// <summary>Holds the writer until the gate is set.</summary>
    private static (ManualResetEventSlim Gate, Task Passed) Close(SqliteWriter writer)
    {
        var gate = new Gate();
        return (gate.Opens, writer.DoAsync(gate));
    }

    private SqliteWriter Open() => new(SqliteFile.Open(_folder.File("state.db")));
}
