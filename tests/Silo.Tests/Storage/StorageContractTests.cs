using System.Security.Cryptography;
using CsCheck;
using DmaGrains.Storage;
using Orleans.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>What grains rely on, held against every storage.</summary>
public abstract class StorageContractTests(StorageHost host)
{
    private const string StateName = "buffer";
    private const int Megabyte = 1 << 20;

    /// <summary>Something done to one of four states by one of two activations, each of which goes by what it last saw.</summary>
    private static readonly Gen<(int State, int Activation, int Operation, byte Value)> _anyStep =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 4], Gen.Byte);

    private static int _nextKey;

    /// <summary>Whether who never saw a state finds out that it was written and cleared since.</summary>
    protected virtual bool RemembersCleared => true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_of_nothing_gives_a_new_state_without_ETag()
    {
        var storage = await host.StorageAsync();

        var state = await ReadAsync(storage, NewId());

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Empty(state.State!.Bytes);
    }

    [Fact]
    public async Task Write_is_read_as_it_was_written()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        var written = await WriteAsync(storage, id, NoteOf(1, 2, 3));

        var read = await ReadAsync(storage, id);

        Assert.True(written.RecordExists);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal([1, 2, 3], read.State!.Bytes);
    }

    [Fact]
    public async Task Write_under_an_old_ETag_is_refused_and_changes_nothing()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        await WriteAsync(storage, id, NoteOf(1));
        var late = await ReadAsync(storage, id);
        var current = await ReadAsync(storage, id);
        current.State = NoteOf(2);
        await storage.WriteStateAsync(StateName, id, current, Cancellation);

        late.State = NoteOf(3);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(StateName, id, late, Cancellation));

        Assert.Equal([2], (await ReadAsync(storage, id)).State!.Bytes);
    }

    [Fact]
    public async Task Write_of_what_should_not_exist_is_refused_when_it_does()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        await WriteAsync(storage, id, NoteOf(1));

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(storage, id, NoteOf(2)));

        Assert.Equal([1], (await ReadAsync(storage, id)).State!.Bytes);
    }

    [Fact]
    public async Task Clear_leaves_nothing_and_its_old_ETag_stays_old()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        var old = await WriteAsync(storage, id, NoteOf(1));
        var state = await ReadAsync(storage, id);

        await storage.ClearStateAsync(StateName, id, state, Cancellation);

        Assert.False(state.RecordExists);
        var cleared = await ReadAsync(storage, id);
        Assert.False(cleared.RecordExists);
        Assert.Empty(cleared.State!.Bytes);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(StateName, id, old, Cancellation));
        cleared.State = NoteOf(2);
        await storage.WriteStateAsync(StateName, id, cleared, Cancellation);
        Assert.Equal([2], (await ReadAsync(storage, id)).State!.Bytes);
    }

    [Fact]
    public async Task Clear_of_nothing_is_no_fault()
    {
        var storage = await host.StorageAsync();
        var id = NewId();

        await storage.ClearStateAsync(StateName, id, await ReadAsync(storage, id), Cancellation);

        Assert.False((await ReadAsync(storage, id)).RecordExists);
    }

    [Fact]
    public async Task Keys_that_differ_by_case_or_by_what_looks_like_a_number_are_different()
    {
        // As GrainKeys makes them; the last parts would be one row in Orleans' ADO.NET storage.
        var storage = await host.StorageAsync();
        string[] keys = ["b/a", "b/A", "b/0a", "b/00A", "b/10", "b/0x10", "b/ ", "b/ä", "b/a%", "board:a", "board:A", "board:0a"];
        for (var index = 0; index < keys.Length; index++)
        {
            await WriteAsync(storage, GrainId.Create("dma-keys", keys[index]), NoteOf((byte)index));
        }

        for (var index = 0; index < keys.Length; index++)
        {
            Assert.Equal([(byte)index], (await ReadAsync(storage, GrainId.Create("dma-keys", keys[index]))).State!.Bytes);
        }
    }

    [Fact]
    public async Task States_of_one_key_are_kept_apart_by_their_name()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        await WriteAsync(storage, id, NoteOf(1));

        var other = new GrainState<Note>(new());
        await storage.ReadStateAsync("device", id, other, Cancellation);

        Assert.False(other.RecordExists);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Megabyte)]
    [InlineData(8 * Megabyte)]
    public async Task State_of_any_size_is_kept(int sizeBytes)
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        var bytes = RandomNumberGenerator.GetBytes(sizeBytes);

        await WriteAsync(storage, id, NoteOf(bytes));

        Assert.Equal(bytes, (await ReadAsync(storage, id)).State!.Bytes);
    }

    [Fact]
    public async Task One_of_many_writers_of_one_state_gets_through()
    {
        var storage = await host.StorageAsync();
        var id = NewId();
        await WriteAsync(storage, id, NoteOf(0));
        var writers = await Task.WhenAll(Enumerable.Range(1, 20).Select(_ => ReadAsync(storage, id)));

        var outcomes = await Task.WhenAll(writers.Select(async (writer, index) =>
        {
            writer.State = NoteOf((byte)index);
            return await TryAsync(() => storage.WriteStateAsync(StateName, id, writer, Cancellation)) ? index : -1;
        }));

        var winner = Assert.Single(outcomes, outcome => outcome >= 0);
        Assert.Equal([(byte)winner], (await ReadAsync(storage, id)).State!.Bytes);
    }

    [Fact]
    public async Task Writers_of_many_states_all_get_through()
    {
        var storage = await host.StorageAsync();
        var ids = Enumerable.Range(0, 300).Select(_ => NewId()).ToArray();

        await Task.WhenAll(ids.Select((id, index) => WriteAsync(storage, id, NoteOf((byte)index))));

        var read = await Task.WhenAll(ids.Select(id => ReadAsync(storage, id)));
        Assert.Equal(ids.Select((_, index) => (byte)index), read.Select(state => state.State!.Bytes.Single()));
    }

    [Fact]
    public async Task Any_history_of_two_activations_is_that_of_a_dictionary()
    {
        var storage = await host.StorageAsync();
        await _anyStep.Array[1, 40].SampleAsync(steps => ReplayAsync(storage, steps), iter: 25, threads: 1);
    }

    [Fact]
    public async Task Storage_that_works_answers() => await (await ProviderAsync()).CheckAsync(Cancellation);

    private async Task<StorageProvider> ProviderAsync() => await host.ProviderAsync();

    /// <summary>The dictionary keeps a serial number for each change, which is what an ETag stands for.</summary>
    private async Task ReplayAsync(IGrainStorage storage, (int State, int Activation, int Operation, byte Value)[] steps)
    {
        var ids = Enumerable.Range(0, 4).Select(_ => NewId()).ToArray();
        var kept = new (int Serial, byte? Value)[4];
        var seen = new (GrainState<Note> State, int Serial)[4, 2];
        for (var state = 0; state < 4; state++)
        {
            seen[state, 0] = (await ReadAsync(storage, ids[state]), 0);
            seen[state, 1] = (await ReadAsync(storage, ids[state]), 0);
        }

        var serial = 0;
        foreach (var (state, activation, operation, value) in steps)
        {
            var (current, at) = seen[state, activation];
            if (operation == 0)
            {
                await storage.ReadStateAsync(StateName, ids[state], current, Cancellation);
                seen[state, activation] = (current, kept[state].Serial);
                Assert.Equal(kept[state].Value is { } known ? [known] : [], current.State!.Bytes);
                Assert.Equal(kept[state].Value is not null, current.RecordExists);
                continue;
            }

            // Who clears what it believes not to exist may do nothing: storages differ in that.
            if (operation == 1 && !current.RecordExists)
            {
                continue;
            }

            current.State = NoteOf(value);
            var done = await TryAsync(() => operation == 1
                ? storage.ClearStateAsync(StateName, ids[state], current, Cancellation)
                : storage.WriteStateAsync(StateName, ids[state], current, Cancellation));
            Assert.Equal(at == kept[state].Serial, done);
            if (done)
            {
                kept[state] = operation > 1 ? (++serial, value) : (RemembersCleared ? ++serial : 0, null);
                seen[state, activation] = (current, kept[state].Serial);
            }
        }
    }

    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    private static async Task<GrainState<Note>> WriteAsync(IGrainStorage storage, GrainId id, Note note)
    {
        var state = new GrainState<Note>(note);
        await storage.WriteStateAsync(StateName, id, state, Cancellation);
        return state;
    }

    private static async Task<GrainState<Note>> ReadAsync(IGrainStorage storage, GrainId id)
    {
        var state = new GrainState<Note>(new());
        await storage.ReadStateAsync(StateName, id, state, Cancellation);
        return state;
    }

    private static GrainId NewId() => GrainId.Create("dma-buffer", $"contract/{Interlocked.Increment(ref _nextKey)}");

    private static Note NoteOf(params byte[] bytes) => new() { Bytes = bytes };
}
