using CsCheck;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Policies;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Serialization;

namespace DmaGrains.Grains.Tests.Buffers;

/// <summary>A buffer tells once what happened to it, over failures, snapshots and restarts.</summary>
public sealed class HistoryTests(SiloFixture silo)
{
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    // What is asked of something that is there, or of something new.
    private static readonly Gen<(int What, int Whom)[]> _asks = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 100]).Array[1, 4];

    // Named by one of the callers from 1 on, or without an id; what is named may fail to be written, and be sent again.
    private static readonly Gen<((int What, int Whom)[] Asks, int Caller, bool Fails, bool AfterWriting, bool Leaves)> _step = Gen.Select(
        _asks, Gen.Int[0, 2], Gen.Int[0, 4].Select(chance => chance == 0), Gen.Bool, Gen.Int[0, 8].Select(chance => chance == 0));

    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private int _nextBuffer;

    [Fact]
    public Task Every_reply_that_is_written_is_told_once_and_in_order_whatever_fails_and_restarts() => _step.Array[1, 100].SampleAsync(
        async steps =>
        {
            var grain = await silo.NewBufferAsync(await silo.NewBoardAsync(), $"b{Interlocked.Increment(ref _nextBuffer)}");
            var numbers = new long[3];
            var (expected, followed, cursor) = (new List<string> { "somebody Export  : granted" }, new List<BufferEvent>(), default(BufferEventId));
            var next = 0;
            foreach (var (asks, caller, fails, afterWriting, leaves) in steps)
            {
                var buffer = (await grain.DescribeAsync(_stop)).Value;
                var commands = asks.Select(ask => CommandOf(ask.What, ask.Whom, buffer, ref next)).DistinctBy(command => command.ToString()).ToArray();
                if (caller > 0)
                {
                    commands = [.. commands.Select(command => command with { Id = new($"caller{caller}", ++numbers[caller]) })];
                }

                if (leaves)
                {
                    await LeaveAsync(grain);
                }

                expected.AddRange(Told(commands, await SendAsync(grain, commands, caller > 0 && fails, afterWriting)));

                var page = (await grain.HistoryAsync(cursor, cancellationToken: _stop)).Value;
                Assert.False(page.HasGap);
                followed.AddRange(page.Events);
                cursor = page.Next;
            }

            Assert.Equal(expected, followed.Select(InWords));
            Assert.All(followed, told => Assert.NotNull(told.Time));
            Assert.All(followed.Zip(followed.Skip(1)), pair => Assert.True(pair.Second.Id.IsAfter(pair.First.Id)));

            await LeaveAsync(grain);
            var kept = (await grain.HistoryAsync(cancellationToken: _stop)).Value;
            Assert.InRange(kept.Events.Length, Math.Min(followed.Count, BufferHistory.PartMax), 2 * BufferHistory.PartMax);
            Assert.Equal(followed[^kept.Events.Length..], kept.Events);
            Assert.Equal(kept.Events.Length < followed.Count, kept.HasGap);
            foreach (var told in kept.Events)
            {
                Assert.Equal(followed[(followed.IndexOf(told) + 1)..], (await grain.HistoryAsync(told.Id, cancellationToken: _stop)).Value.Events);
            }
        }, iter: 20, threads: 2);

    [Fact]
    public void Any_events_are_the_same_after_any_snapshot() => Gen.Select(
        Gen.OneOf<string?>(null!, "a", "b", new string('ä', 60)), Gen.Enum<RememberedKind>(), Gen.OneOf("", "m", new string('z', 200)),
        Gen.OneOf("", "x", "𝄞"), Gen.Int[0, 3], Gen.Long[0, 1L << 45],
        (caller, kind, name, other, more, time) => (Caller: caller, Kind: kind, Name: name, Other: other, More: more, Time: time)).Array[1, 230].Sample(all =>
        {
            var (history, expected, sequence) = (new BufferHistory(), new List<BufferEvent>(), 0L);
            foreach (var (caller, kind, name, other, more, time) in all)
            {
                var refusal = more == 0 ? new Refusal(Errno.EBUSY, other.Length == 0 ? null : other, "Mappings", 1, 2, "No.") : null;
                sequence += more;
                history.Add(Math.Max(1, sequence), EntryOf(caller, kind, name, other, refusal, time));
                var place = expected.LastOrDefault() is { } last && last.Id.Sequence == Math.Max(1, sequence) ? last.Id.Place + 1 : 0;
                expected.Add(new(
                    new(Math.Max(1, sequence), place), time == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(time), caller, kind,
                    kind == RememberedKind.Export ? string.Empty : name, other,
                    refusal is null ? null : new(refusal.Errno, refusal.Importer, refusal.Field)));
                if (more == 3)
                {
                    // A snapshot; the next event is in another row.
                    history = new(history.Stored);
                    sequence++;
                }
            }

            var page = history.After(default, long.MaxValue);
            Assert.InRange(page.Events.Length, Math.Min(expected.Count, BufferHistory.PartMax), 2 * BufferHistory.PartMax);
            Assert.Equal(expected[^page.Events.Length..], page.Events);
            Assert.Equal(page.Events.Length < expected.Count, page.HasGap);
            Assert.False(history.After(page.Events[0].Id, long.MaxValue).HasGap);
        }, iter: 300);

    [Fact]
    public void An_event_takes_few_bytes_of_a_snapshot()
    {
        const int EventMax = 16;
        var history = new BufferHistory();
        for (var number = 0; number < 2 * BufferHistory.PartMax - 1; number++)
        {
            history.Add(1000 + number, EntryOf("0123456789ab", RememberedKind.Map, $"m{number}", $"a{number}", null, 1_795_953_600_000 + number));
        }

        Assert.InRange(history.Stored.Earlier.Length + history.Stored.Recent.Length, BufferHistory.PartMax * EventMax, 2 * BufferHistory.PartMax * EventMax);
    }

    [Fact]
    public async Task A_repeat_is_no_event_and_what_changed_nothing_is_none_without_an_id()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var attach = new DmaCommand.Attach("a", "gpu") { Id = new("camera", 1) };
        await buffer.ExecuteAsync(attach, _stop);
        await buffer.ExecuteAsync(attach, _stop);

        // Granted because it is there, refused, and granted again because it was.
        await buffer.AttachAsync("a", "gpu", cancellationToken: _stop);
        await buffer.MapAttachmentAsync("m", "nobody", DmaDirection.ToDevice, cancellationToken: _stop);
        await buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice, cancellationToken: _stop);
        await buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice, cancellationToken: _stop);

        Assert.Equal(
            ["somebody Export  : granted", "camera Attach a gpu: granted", "somebody Map m a: granted"],
            (await buffer.HistoryAsync(cancellationToken: _stop)).Value.Events.Select(InWords));
    }

    [Fact]
    public async Task A_history_goes_on_when_the_buffer_is_gone_and_its_name_is_exported_again()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.ReleaseAsync();
        await LeaveAsync(buffer);
        var caller = new DmaCaller();
        await caller.SendAsync(id => buffer.ExportAsync(new("frame", 1UL << 40, "gpu") { Id = id, Policy = AllocatesAtExport }, _stop));
        await buffer.ExportAsync(new("frame", 4096, "gpu") { Policy = AllocatesAtExport }, _stop);

        Assert.Equal(
            [
                "somebody Export  : granted", "somebody Release  : granted", $"{caller.Name} Export  : ENOMEM of  SizeBytes",
                "somebody Export  : granted",
            ],
            (await buffer.HistoryAsync(cancellationToken: _stop)).Value.Events.Select(InWords));
    }

    [Fact]
    public async Task A_waiting_call_hears_of_the_next_event_once_it_is_durable_and_nobody_waits_for_it()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var cursor = (await buffer.HistoryAsync(cancellationToken: _stop)).Value.Next;
        var waiting = buffer.HistoryAsync(cursor, HistoryPage.WaitMax, _stop);
        using var held = silo.Storage.HoldWrites(buffer);
        var attached = buffer.AttachAsync("a", "gpu", cancellationToken: _stop);
        await silo.WaitForHeldWriteAsync(buffer);

        Assert.Empty((await buffer.HistoryAsync(cursor, cancellationToken: _stop)).Value.Events);
        held.Release();

        Assert.Equal("a", Assert.Single((await waiting).Value.Events).Name);
        Assert.True((await attached).IsGranted);
    }

    [Fact]
    public async Task An_event_has_the_time_of_the_silos_clock_to_the_millisecond()
    {
        var noon = new DateTimeOffset(2026, 11, 29, 12, 0, 0, 123, TimeSpan.Zero);
        var rows = new MemoryJournals();
        var journal = new BufferJournal(new SealedJournal(rows, "b"), _serializer, new StoppedClock(noon.AddTicks(9)), () => { });

        await journal.BeginAsync(new() { Buffer = Board.Create(SiloFixture.BoardNamed("b")).Value.Export(new("b", 4096, "gpu")).Next.Buffer("b") }, new(0, IsExport: true));
        journal.End();

        Assert.Equal(noon, Assert.Single(journal.HistoryAfter(default).Value.Events).Time);
        var read = new BufferJournal(new SealedJournal(rows, "b"), _serializer, TimeProvider.System, () => { });
        Assert.True(await read.ReadAsync(_stop));
        Assert.Equal(noon, Assert.Single(read.HistoryAfter(default).Value.Events).Time);
    }

    [Fact]
    public async Task Whoever_waits_for_a_write_that_fails_is_not_in_the_way_of_the_next_activation()
    {
        var dropped = false;
        var journal = new BufferJournal(new FailingJournal(), _serializer, TimeProvider.System, () => dropped = true);
        var waiting = journal.NextWriteAsync(TimeSpan.FromDays(1), _stop);

        await Assert.ThrowsAsync<OrleansException>(() => journal.ReplaceAsync(new()));

        await waiting;
        Assert.True(dropped);
        Assert.Empty(journal.HistoryAfter(default).Value.Events);
    }

    [Fact]
    public async Task A_wait_ends_without_an_event_when_its_time_is_over_or_its_caller_gives_up()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var cursor = (await buffer.HistoryAsync(cancellationToken: _stop)).Value.Next;

        Assert.Empty((await buffer.HistoryAsync(cursor, TimeSpan.FromMilliseconds(1), _stop)).Value.Events);

        using var given = new CancellationTokenSource();
        var waiting = buffer.HistoryAsync(cursor, HistoryPage.WaitMax, given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Refusals_name_what_is_wrong()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);

        Assert.Equal((Errno.ENOENT, "Buffer"), await RefusedAsync(silo.Grains.GetBuffer(board, "none"), default, default));
        Assert.Equal((Errno.EINVAL, "Wait"), await RefusedAsync(buffer, default, HistoryPage.WaitMax + TimeSpan.FromTicks(1)));
        Assert.Equal((Errno.EINVAL, "Wait"), await RefusedAsync(buffer, default, TimeSpan.FromTicks(-1)));
        Assert.Equal((Errno.EINVAL, "After"), await RefusedAsync(buffer, new(2, 0), default));
        Assert.Equal((Errno.EINVAL, "After"), await RefusedAsync(buffer, new(-1, 0), default));
        Assert.Equal((Errno.EINVAL, "After"), await RefusedAsync(buffer, new(0, -1), default));
        Assert.True((await buffer.HistoryAsync(new(1, 7), cancellationToken: _stop)).IsGranted);

        async Task<(Errno, string?)> RefusedAsync(IDmaBufferGrain buffer, BufferEventId after, TimeSpan wait)
        {
            var refusal = (await buffer.HistoryAsync(after, wait, _stop)).Refusal!;
            return (refusal.Errno, refusal.Field);
        }
    }

    private static ExporterPolicy AllocatesAtExport =>
        new() { Allocation = AllocationTime.AtExport };

    private static DmaCommand CommandOf(int what, int whom, DmaBuffer buffer, ref int next)
    {
        var attachment = buffer.Attachments.IsEmpty ? null : buffer.Attachments[whom % buffer.Attachments.Length].Name;
        return (what, attachment) switch
        {
            (1, { } of) => new DmaCommand.Map($"m{next++}", of, DmaDirection.Bidirectional),
            (2, _) when !buffer.Mappings.IsEmpty => new DmaCommand.Unmap(buffer.Mappings[whom % buffer.Mappings.Length].Name),
            (3, { } of) => new DmaCommand.Detach(of),
            (3, null) => new DmaCommand.Detach($"nobody{next++}"),
            _ => new DmaCommand.Attach($"a{next++}", whom % 7 == 0 ? "no-device" : "gpu"),
        };
    }

    /// <summary>Sends commands, once more when a write has failed.</summary>
    private async Task<IEnumerable<DmaResult<DmaReply>>> SendAsync(IDmaBufferGrain grain, DmaCommand[] commands, bool fails, bool afterWriting)
    {
        using var fault = fails ? silo.Storage.FailNextWrite(grain, afterWriting) : null;
        try
        {
            return await grain.ExecuteAsync([.. commands], goOn: true, _stop);
        }
        catch (Exception trouble) when (fails && trouble is IOException or OrleansException)
        {
            return await grain.ExecuteAsync([.. commands], goOn: true, _stop);
        }
    }

    /// <summary>What is told: all with an id, and what was granted without one.</summary>
    private static IEnumerable<string> Told(DmaCommand[] commands, IEnumerable<DmaResult<DmaReply>> replies) =>
        from asked in commands.Zip(replies)
        where asked.First.Id is not null || asked.Second.IsGranted
        let names = asked.First switch
        {
            DmaCommand.Attach attach => $"Attach {attach.Attachment} {attach.Device}",
            DmaCommand.Map map => $"Map {map.Mapping} {map.Attachment}",
            DmaCommand.Unmap unmap => $"Unmap {unmap.Mapping} ",
            _ => $"Detach {((DmaCommand.Detach)asked.First).Attachment} ",
        }
        select $"{asked.First.Id?.Caller ?? "somebody"} {names}: {OutcomeOf(asked.Second.Refusal is { } why ? new(why.Errno, why.Importer, why.Field) : null)}";

    private static string InWords(BufferEvent told) =>
        $"{told.Caller ?? "somebody"} {told.Kind} {told.Name} {told.Other}: {OutcomeOf(told.Refusal)}";

    private static string OutcomeOf(EventRefusal? refusal) => refusal is null ? "granted" : $"{refusal.Errno} of {refusal.Importer} {refusal.Field}";

    private static DmaBufferEntry EntryOf(string? caller, RememberedKind kind, string name, string other, Refusal? refusal, long time)
    {
        var reply = new AddedReply { Kind = kind, Name = name, Other = other, Refusal = refusal };
        return new()
        {
            Time = time,
            Replies = caller is null ? new() { Unnamed = [reply] } : new() { Callers = [new(caller, 0, [reply])] },
        };
    }

    private Task LeaveAsync(IDmaBufferGrain buffer) => buffer.AsReference<IGrainManagementExtension>().DeactivateOnIdle(_stop).AsTask();

    /// <summary>A clock that stands still.</summary>
    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class FailingJournal : Journal
    {
        public override long Last => 0;

        public override Task<JournalContents> ReadAsync(CancellationToken cancellation) => Task.FromResult(new JournalContents(null, [], 0));

        public override ValueTask AppendAsync(ReadOnlyMemory<byte> entry) => ValueTask.FromException(new IOException("The disk is gone."));

        public override ValueTask ReplaceAsync(ReadOnlyMemory<byte> snapshot) => ValueTask.FromException(new IOException("The disk is gone."));
    }
}
