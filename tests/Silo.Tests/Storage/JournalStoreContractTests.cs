using CsCheck;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>What journals rely on, held against every store of journals.</summary>
public abstract class JournalStoreContractTests(StorageHost host) : JournalContractTests(host)
{
    /// <summary>The distance of a sequence number from the right one, whether the row is a snapshot, and what it tells.</summary>
    private static readonly Gen<(int Offset, bool IsSnapshot, byte Value)> _anyWrite = Gen.Select(
        Gen.Frequency((5, Gen.Const(0)), (2, Gen.Int[-3, 2])), Gen.Frequency((1, Gen.Const(true)), (3, Gen.Const(false))), Gen.Byte);

    /// <summary>Whether the provider closes its stores.</summary>
    protected virtual bool Closes => true;

    [Fact]
    public async Task An_entry_before_the_first_snapshot_is_refused()
    {
        var (store, grain) = (await Host.JournalStoreAsync(), NewId().ToString());

        Assert.False(await WriteAsync(store, grain, 1, isSnapshot: false));

        Assert.Empty(await ReadAsync(store, grain));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(long.MaxValue)]
    public async Task A_first_snapshot_has_the_number_1(long sequence)
    {
        var (store, grain) = (await Host.JournalStoreAsync(), NewId().ToString());

        Assert.False(await WriteAsync(store, grain, sequence, isSnapshot: true));

        Assert.Empty(await ReadAsync(store, grain));
        Assert.True(await WriteAsync(store, grain, 1, isSnapshot: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_taken_number_is_refused_also_when_a_snapshot_has_replaced_it(bool isSnapshot)
    {
        var (store, grain) = (await Host.JournalStoreAsync(), NewId().ToString());
        Assert.True(await WriteAsync(store, grain, 1, isSnapshot: true));
        Assert.True(await WriteAsync(store, grain, 2, isSnapshot: false));
        Assert.False(await WriteAsync(store, grain, 2, isSnapshot));
        Assert.True(await WriteAsync(store, grain, 3, isSnapshot: true));

        for (var taken = 1; taken <= 3; taken++)
        {
            Assert.False(await WriteAsync(store, grain, taken, isSnapshot));
        }

        Assert.Equal([(3, true)], (await ReadAsync(store, grain)).Select(row => (row.Sequence, row.IsSnapshot)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gap_is_refused(bool isSnapshot)
    {
        var (store, grain) = (await Host.JournalStoreAsync(), NewId().ToString());
        Assert.True(await WriteAsync(store, grain, 1, isSnapshot: true));

        Assert.False(await WriteAsync(store, grain, 3, isSnapshot));

        Assert.True(await WriteAsync(store, grain, 2, isSnapshot));
    }

    [Fact]
    public async Task Any_history_of_writes_is_that_of_a_list()
    {
        var store = await Host.JournalStoreAsync();
        await _anyWrite.Array[1, 40].SampleAsync(
            async writes =>
            {
                var grain = NewId().ToString();
                var kept = new List<JournalRow>();
                var last = 0L;
                foreach (var (offset, isSnapshot, value) in writes)
                {
                    var row = SealedJournal.Seal(grain, last + 1 + offset, isSnapshot, Bytes(value));
                    var isNext = offset == 0 && (last > 0 || isSnapshot);
                    Assert.Equal(isNext, await store.DoAsync(new JournalWrite(grain, row, Cancellation)));
                    if (isNext)
                    {
                        kept = isSnapshot ? [row] : [.. kept, row];
                        last++;
                    }
                }

                AssertSame(kept, await ReadAsync(store, grain));
            },
            iter: 25,
            threads: 1);
    }

    [Fact]
    public async Task Of_writers_of_one_number_exactly_one_gets_it()
    {
        var store = await Host.JournalStoreAsync();
        await Gen.Bool.Array[1, 12].SampleAsync(
            async areSnapshots =>
            {
                var grain = NewId().ToString();
                var kept = new List<JournalRow>();
                for (var sequence = 1; sequence <= areSnapshots.Length; sequence++)
                {
                    var isSnapshot = sequence == 1 || areSnapshots[sequence - 1];
                    var rows = Enumerable.Range(0, 3).Select(writer => SealedJournal.Seal(grain, sequence, isSnapshot, Bytes((byte)writer))).ToArray();
                    var outcomes = await Task.WhenAll(rows.Select(row => Task.Run(() => store.DoAsync(new JournalWrite(grain, row, Cancellation)).AsTask())));
                    var winner = Assert.Single(rows, row => outcomes[Array.IndexOf(rows, row)]);
                    kept = isSnapshot ? [winner] : [.. kept, winner];
                }

                AssertSame(kept, await ReadAsync(store, grain));
            },
            iter: 10,
            threads: 1);
    }

    [Fact]
    public async Task What_is_withdrawn_before_it_begins_does_not_happen()
    {
        var (store, grain) = (await Host.JournalStoreAsync(), NewId().ToString());
        var withdrawn = new CancellationToken(canceled: true);

        await Assert.ThrowsAsync<TaskCanceledException>(
            () => store.DoAsync(new JournalWrite(grain, SealedJournal.Seal(grain, 1, isSnapshot: true, Bytes(1)), withdrawn)).AsTask());
        await Assert.ThrowsAsync<TaskCanceledException>(() => store.DoAsync(new JournalRead(grain, withdrawn)));

        Assert.Empty(await ReadAsync(store, grain));
    }

    [Fact]
    public async Task A_closed_store_refuses()
    {
        Assert.SkipUnless(Closes, "skipped: it is never closed");
        var (store, grain) = (await Host.ClosedJournalStoreAsync(), NewId().ToString());

        await Assert.ThrowsAsync<StorageException>(() => WriteAsync(store, grain, 1, isSnapshot: true));
        await Assert.ThrowsAsync<StorageException>(() => ReadAsync(store, grain));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_damaged_row_is_told_with_its_grain_and_its_place(int damaged)
    {
        var (store, id) = (await Host.JournalStoreAsync(), NewId());
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            var row = SealedJournal.Seal(id.ToString(), sequence, sequence == 1, Bytes(1, 2, 3));
            row.Payload[^1] ^= (byte)(sequence == damaged ? 1 : 0);
            Assert.True(await store.DoAsync(new JournalWrite(id.ToString(), row, Cancellation)));
        }

        await AssertDamagedAsync(id, damaged);
    }

    [Fact]
    public async Task A_row_of_another_grain_or_another_place_is_told_as_damage()
    {
        var store = await Host.JournalStoreAsync();
        foreach (var wrong in new Func<string, JournalRow>[]
        {
            grain => SealedJournal.Seal($"{grain}0", 2, isSnapshot: false, Bytes(1)),
            grain => SealedJournal.Seal(grain, 3, isSnapshot: false, Bytes(1)) with { Sequence = 2 },
            grain => SealedJournal.Seal(grain, 2, isSnapshot: true, Bytes(1)) with { IsSnapshot = false },
        })
        {
            var id = NewId();
            Assert.True(await WriteAsync(store, id.ToString(), 1, isSnapshot: true));
            Assert.True(await store.DoAsync(new JournalWrite(id.ToString(), wrong(id.ToString()), Cancellation)));

            await AssertDamagedAsync(id, 2);
        }
    }

    protected override async Task<Journal> OpenAsync(GrainId id) => (await Host.JournalsAsync()).Of(Grains.Storage.StorageNames.Default, id, "journal");

    private static Task<bool> WriteAsync(IJournalStore store, string grain, long sequence, bool isSnapshot) =>
        store.DoAsync(new JournalWrite(grain, SealedJournal.Seal(grain, sequence, isSnapshot, Bytes((byte)sequence)), Cancellation)).AsTask();

    private static async Task<JournalRow[]> ReadAsync(IJournalStore store, string grain) => [.. await store.DoAsync(new JournalRead(grain, Cancellation))];

    private static void AssertSame(IEnumerable<JournalRow> expected, IEnumerable<JournalRow> actual) => Assert.Equal(
        expected.Select(row => (row.Sequence, row.IsSnapshot, Convert.ToHexString(row.Payload))),
        actual.Select(row => (row.Sequence, row.IsSnapshot, Convert.ToHexString(row.Payload))));

    private async Task AssertDamagedAsync(GrainId id, long sequence)
    {
        var journal = await OpenAsync(id);
        var told = await Assert.ThrowsAsync<StorageException>(() => journal.ReadAsync(Cancellation));
        Assert.Equal($"the journal of {id} is damaged: the checksum of row {sequence} does not match. Restore a copy.", told.Message);
    }
}
