using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using DmaGrains.Storage;
using Orleans.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>What grains rely on in their journals, held against every way to keep them.</summary>
public abstract class JournalContractTests(StorageHost host)
{
    private const int Megabyte = 1 << 20;

    /// <summary>Something done by one of two activations, each of which goes by what it last saw.</summary>
    private static readonly Gen<(int Activation, int Operation, byte Value)> _anyStep = Gen.Select(Gen.Int[0, 1], Gen.Int[0, 4], Gen.Byte);

    private static int _nextKey;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected StorageHost Host => host;

    [Fact]
    public async Task Read_of_nothing_gives_nothing()
    {
        var contents = await (await OpenAsync(NewId())).ReadAsync(Cancellation);

        Assert.Null(contents.Snapshot);
        Assert.Empty(contents.Entries);
    }

    [Fact]
    public async Task What_was_appended_is_read_in_its_order()
    {
        var id = NewId();
        var journal = await ReadAsync(id);
        await journal.ReplaceAsync(Bytes(1, 2));
        await journal.AppendAsync(Bytes(3));
        await journal.AppendAsync(Bytes());
        await journal.AppendAsync(Bytes(4, 5));

        await AssertReadsAsync(id, [1, 2], [3], [], [4, 5]);
    }

    [Fact]
    public async Task A_snapshot_hides_what_lies_before_it()
    {
        var id = NewId();
        var journal = await ReadAsync(id);
        await journal.ReplaceAsync(Bytes(1));
        await journal.AppendAsync(Bytes(2));
        await journal.ReplaceAsync(Bytes(3));
        await AssertReadsAsync(id, [3]);

        await journal.AppendAsync(Bytes(4));

        await AssertReadsAsync(id, [3], [4]);
    }

    [Fact]
    public async Task An_activation_that_missed_an_entry_can_write_nothing()
    {
        var id = NewId();
        var current = await ReadAsync(id);
        await current.ReplaceAsync(Bytes(1));
        var (appending, replacing) = (await ReadAsync(id), await ReadAsync(id));
        await current.AppendAsync(Bytes(2));

        await Assert.ThrowsAsync<InconsistentStateException>(() => appending.AppendAsync(Bytes(3)).AsTask());
        await Assert.ThrowsAsync<InconsistentStateException>(() => replacing.ReplaceAsync(Bytes(4)).AsTask());

        await AssertReadsAsync(id, [1], [2]);
    }

    [Fact]
    public async Task An_activation_that_missed_a_snapshot_can_write_nothing()
    {
        var id = NewId();
        var current = await ReadAsync(id);
        await current.ReplaceAsync(Bytes(1));
        var (appending, replacing) = (await ReadAsync(id), await ReadAsync(id));
        await current.ReplaceAsync(Bytes(2));

        await Assert.ThrowsAsync<InconsistentStateException>(() => appending.AppendAsync(Bytes(3)).AsTask());
        await Assert.ThrowsAsync<InconsistentStateException>(() => replacing.ReplaceAsync(Bytes(4)).AsTask());

        await AssertReadsAsync(id, [2]);
    }

    [Fact]
    public async Task One_of_many_activations_begins_a_journal()
    {
        var id = NewId();
        var activations = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ReadAsync(id)));

        var outcomes = await Task.WhenAll(activations.Select(async (journal, index) =>
            await TryAsync(() => journal.ReplaceAsync(Bytes((byte)index)).AsTask()) ? index : -1));

        var winner = Assert.Single(outcomes, outcome => outcome >= 0);
        await AssertReadsAsync(id, [(byte)winner]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Megabyte)]
    [InlineData(8 * Megabyte)]
    public async Task A_snapshot_and_an_entry_of_any_size_are_kept(int sizeBytes)
    {
        var id = NewId();
        var (snapshot, entry) = (RandomNumberGenerator.GetBytes(sizeBytes), RandomNumberGenerator.GetBytes(sizeBytes));
        var journal = await ReadAsync(id);
        await journal.ReplaceAsync(snapshot);
        await journal.AppendAsync(entry);

        await AssertReadsAsync(id, snapshot, entry);
    }

    [Fact]
    public async Task Journals_of_keys_that_look_alike_are_kept_apart()
    {
        string[] keys = ["j/a", "j/A", "j/0a", "j/00A", "j/10", "j/0x10", "j/ ", "j/ä", "j/a%", "j/a/b", "j:a"];
        var prefix = NewId().Key;
        GrainId IdOf(string key) => GrainId.Create("dma-keys", $"{prefix}{key}");
        for (var index = 0; index < keys.Length; index++)
        {
            await (await ReadAsync(IdOf(keys[index]))).ReplaceAsync(Bytes((byte)index));
        }

        for (var index = 0; index < keys.Length; index++)
        {
            await AssertReadsAsync(IdOf(keys[index]), [(byte)index]);
        }
    }

    [Fact]
    public async Task Many_grains_write_at_once()
    {
        var ids = Enumerable.Range(0, 300).Select(_ => NewId()).ToArray();

        await Task.WhenAll(ids.Select(async (id, index) =>
        {
            var journal = await ReadAsync(id);
            await journal.ReplaceAsync(Bytes((byte)index));
            await journal.AppendAsync(Bytes((byte)index, 1));
            await journal.AppendAsync(Bytes((byte)index, 2));
        }));

        await Task.WhenAll(ids.Select((id, index) => AssertReadsAsync(id, [(byte)index], [(byte)index, 1], [(byte)index, 2])));
    }

    [Fact]
    public async Task Any_history_of_two_activations_is_that_of_a_list() =>
        await _anyStep.Array[1, 40].SampleAsync(ReplayAsync, iter: 25, threads: 1);

    [Fact]
    public async Task Activations_that_race_keep_exactly_what_was_acknowledged()
    {
        await Gen.Int[0, 1 << 20].SampleAsync(
            async seed =>
            {
                var id = NewId();
                await (await ReadAsync(id)).ReplaceAsync(Bytes());
                var acknowledged = await Task.WhenAll(Enumerable.Range(0, 3).Select(activation => Task.Run(() => RaceAsync(id, activation, seed))));

                var kept = HistoryOf(await (await OpenAsync(id)).ReadAsync(Cancellation));

                Assert.Equal(acknowledged.Sum(numbers => numbers.Count), kept.Count);
                for (var activation = 0; activation < acknowledged.Length; activation++)
                {
                    Assert.Equal(acknowledged[activation], kept.Where(number => number % 3 == activation));
                }
            },
            iter: 10,
            threads: 1);
    }

    protected static GrainId NewId() => GrainId.Create("dma-buffer", $"journal/{Interlocked.Increment(ref _nextKey)}");

    protected static ReadOnlyMemory<byte> Bytes(params byte[] bytes) => bytes;

    /// <summary>A journal, not read yet.</summary>
    protected abstract Task<Journal> OpenAsync(GrainId id);

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

    private static List<int> HistoryOf(JournalContents contents) =>
        [.. contents.Entries.Prepend(contents.Snapshot!.Value).SelectMany(NumbersOf)];

    private static int[] NumbersOf(ReadOnlyMemory<byte> bytes) =>
        [.. bytes.ToArray().Chunk(sizeof(int)).Select(number => BinaryPrimitives.ReadInt32LittleEndian(number))];

    private async Task<Journal> ReadAsync(GrainId id)
    {
        var journal = await OpenAsync(id);
        await journal.ReadAsync(Cancellation);
        return journal;
    }

    private async Task AssertReadsAsync(GrainId id, byte[] snapshot, params byte[][] entries)
    {
        var contents = await (await OpenAsync(id)).ReadAsync(Cancellation);
        Assert.Equal(snapshot, contents.Snapshot!.Value.ToArray());
        Assert.Equal(entries, contents.Entries.Select(entry => entry.ToArray()));
    }

    /// <summary>Appends numbers that are this activation's own, and now and then a snapshot of all that it has seen.</summary>
    private async Task<List<int>> RaceAsync(GrainId id, int activation, int seed)
    {
        var random = new Random(seed + activation);
        var acknowledged = new List<int>();
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var journal = await OpenAsync(id);
            var seen = HistoryOf(await journal.ReadAsync(Cancellation));
            for (var write = random.Next(1, 4); write > 0; write--)
            {
                var number = (3 * (acknowledged.Count + 1)) + activation;
                seen.Add(number);
                var bytes = (random.Next(3) == 0 ? seen : [number]).SelectMany(BitConverter.GetBytes).ToArray();
                if (!await TryAsync(() => bytes.Length > sizeof(int) ? journal.ReplaceAsync(bytes).AsTask() : journal.AppendAsync(bytes).AsTask()))
                {
                    break;
                }

                acknowledged.Add(number);
            }
        }

        return acknowledged;
    }

    private async Task ReplayAsync((int Activation, int Operation, byte Value)[] steps)
    {
        var id = NewId();
        var kept = new List<byte>();
        var serial = 0;
        var seen = new[] { (Journal: await ReadAsync(id), Serial: 0), (Journal: await ReadAsync(id), Serial: 0) };
        foreach (var (activation, operation, value) in steps)
        {
            var (journal, at) = seen[activation];
            if (operation == 0)
            {
                var contents = await journal.ReadAsync(Cancellation);
                Assert.Equal(kept, contents.Snapshot is { } snapshot ? [snapshot.Span[0], .. contents.Entries.Select(entry => entry.Span[0])] : []);
                seen[activation] = (journal, serial);
                continue;
            }

            var replaces = operation == 1 || at == 0;
            var done = await TryAsync(() => replaces ? journal.ReplaceAsync(Bytes(value)).AsTask() : journal.AppendAsync(Bytes(value)).AsTask());
            Assert.Equal(at == serial, done);
            if (done)
            {
                kept = replaces ? [value] : [.. kept, value];
                seen[activation] = (journal, ++serial);
            }
            else
            {
                seen[activation] = (await ReadAsync(id), serial);
            }
        }
    }
}
