using CsCheck;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Buffers;

public sealed class BufferJournalTests(SiloFixture silo)
{
    private static readonly string[] _devices = ["gpu", "disk"];

    // Attach and map so many, or unmap and detach so many of those that are attached, from some place of the list on.
    private static readonly Gen<(int Attaches, int Detaches, int From)> _change = Gen.Select(
        Gen.Frequency((6, Gen.Const((1, 0))), (4, Gen.Const((0, 1))), (1, Gen.Int[20, 90].Select(count => (count, 0))), (1, Gen.Int[20, 90].Select(count => (0, count)))),
        Gen.Int[0, 1000], (counts, from) => (counts.Item1, counts.Item2, from));

    private static readonly Gen<((int Attaches, int Detaches, int From) Change, int FailsAt, bool AfterWriting, bool Leaves)> _step = Gen.Select(
        _change, Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[1, 3])), Gen.Bool, Gen.Int[0, 12].Select(chance => chance == 0));

    private int _nextBuffer;

    [Fact]
    public Task Any_write_may_fail_and_the_buffer_has_the_importers_and_mappings_that_it_told_of() => _step.Array[1, 60].SampleAsync(
        async steps =>
        {
            var (board, name) = (await silo.NewBoardAsync(), $"b{Interlocked.Increment(ref _nextBuffer)}");
            var grain = await silo.NewBufferAsync(board, name);
            var model = Board.Create(SiloFixture.BoardNamed(board)).Value.Export(new(name, 1 << 20, "gpu")).Next;
            var nextName = 0;
            foreach (var (change, failsAt, afterWriting, leaves) in steps)
            {
                var attached = model.Buffer(name)!.Attachments;
                DmaCommand[] commands =
                [
                    .. Enumerable.Range(nextName, change.Attaches).SelectMany(AttachAndMap),
                    .. attached.Skip(attached.IsEmpty ? 0 : change.From % attached.Length).Take(change.Detaches)
                        .SelectMany(attachment => UnmapAndDetach(attachment.Name, change.From)),
                ];
                nextName += change.Attaches;
                if (leaves)
                {
                    await LeaveAsync(grain);
                }

                using (failsAt == 0 ? null : silo.Storage.FailWrite(grain, failsAt, afterWriting))
                {
                    await ExecuteAsync(grain, commands);
                }

                model = commands.Aggregate(model, (next, command) => next.Execute(name, command).Next);

                var described = (await grain.DescribeAsync()).Value;
                Assert.Equal(NamesOf(model.Buffer(name)!), NamesOf(described));
                Assert.Equal(ListsOf(model.Buffer(name)!), ListsOf(described));
                Assert.Equal(model.Buffer(name)!.Constraints, described.Constraints);
            }

            await LeaveAsync(grain);
            var last = (await grain.DescribeAsync()).Value;
            Assert.Equal(NamesOf(model.Buffer(name)!), NamesOf(last));
            Assert.Equal(ListsOf(model.Buffer(name)!), ListsOf(last));
        }, iter: 30, threads: 2);

    [Fact]
    public async Task A_command_appends_few_bytes_however_many_importers_and_mappings_there_are()
    {
        const int EntryMax = 200;
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await AttachAsync(buffer, 0, 1000);
        await MapAsync(buffer, 0, 1000);

        // A snapshot may be due once meanwhile.
        var written = new List<int>();
        for (var number = 1000; number < 1100; number++)
        {
            written.Add(await WrittenAsync(buffer, () => AttachAsync(buffer, number, 1)));
            written.Add(await WrittenAsync(buffer, () => MapAsync(buffer, number, 1)));
            written.Add(await WrittenAsync(buffer, () => UnmapAsync(buffer, number, 1)));
        }

        Assert.InRange(written.Count(bytes => bytes > EntryMax), 0, 1);
    }

    [Fact]
    public async Task Snapshots_cost_no_more_than_the_entries_that_they_replace_and_few_entries_are_read()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        var (entries, snapshots, last) = (0L, 0L, 0L);
        for (var number = 0; number < 1000; number++)
        {
            silo.Storage.TakeLargestWrite(buffer);
            await AttachAsync(buffer, number, 1);
            var written = silo.Storage.TakeLargestWrite(buffer);
            if (written > 1000)
            {
                (snapshots, last) = (snapshots + written, written);
            }
            else
            {
                entries += written;
            }
        }

        Assert.InRange(snapshots - last, 1, entries);
    }

    [Fact]
    public async Task A_buffer_that_is_released_by_all_keeps_a_snapshot_alone()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await AttachAsync(buffer, 0, 20);
        for (var number = 0; number < 20; number++)
        {
            await buffer.DetachAsync($"a{number}");
        }

        await buffer.ReleaseAsync();

        var gone = silo.Cluster.ReadState<DmaBufferRecord>(buffer, "buffer")!;
        Assert.True(gone.Buffer!.IsReleasedByAll);
        Assert.True(Assert.Single(silo.Storage.Find(new("buffer", buffer.GetGrainId())).Rows).IsSnapshot);
    }

    private static IEnumerable<(string Name, string Device)> NamesOf(DmaBuffer buffer) =>
        buffer.Attachments.Select(attachment => (attachment.Name, attachment.Device));

    private static IEnumerable<string> ListsOf(DmaBuffer buffer) => buffer.Mappings.Select(mapping =>
        $"{mapping.Name} of {mapping.Attachment}: {string.Join(", ", mapping.ToSegments())}");

    private static DmaCommand[] AttachAndMap(int number) =>
        [new DmaCommand.Attach($"a{number}", _devices[number % 2]), new DmaCommand.Map($"m{number}", $"a{number}", DmaDirection.Bidirectional)];

    /// <summary>All that a device has mapped goes, or else its detach is refused.</summary>
    private static DmaCommand[] UnmapAndDetach(string attachment, int chance) =>
        chance % 3 == 0 ? [new DmaCommand.Unmap($"m{attachment[1..]}")] : [new DmaCommand.Unmap($"m{attachment[1..]}"), new DmaCommand.Detach(attachment)];

    private static async Task MapAsync(IDmaBufferGrain buffer, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            Assert.True((await buffer.MapAttachmentAsync($"m{number}", $"a{number}", DmaDirection.Bidirectional)).IsGranted);
        }
    }

    private static async Task UnmapAsync(IDmaBufferGrain buffer, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            Assert.True((await buffer.UnmapAttachmentAsync($"m{number}")).IsGranted);
        }
    }

    private static async Task AttachAsync(IDmaBufferGrain buffer, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            Assert.True((await buffer.AttachAsync($"a{number}", "gpu")).IsGranted);
        }
    }

    /// <summary>The bytes that a command writes.</summary>
    private async Task<int> WrittenAsync(IDmaBufferGrain buffer, Func<Task> command)
    {
        silo.Storage.TakeLargestWrite(buffer);
        await command();
        return silo.Storage.TakeLargestWrite(buffer);
    }

    private static Task LeaveAsync(IDmaBufferGrain buffer) => buffer.AsReference<IGrainManagementExtension>()
        .DeactivateOnIdle(TestContext.Current.CancellationToken).AsTask();

    /// <summary>Sends commands, and once more when a write has failed: what happened the first time is not done again.</summary>
    private static async Task ExecuteAsync(IDmaBufferGrain grain, DmaCommand[] commands)
    {
        try
        {
            await grain.ExecuteAsync([.. commands], goOn: true);
        }
        catch (Exception fault) when (fault is IOException or Orleans.Runtime.OrleansException)
        {
            await grain.ExecuteAsync([.. commands], goOn: true);
        }
    }
}
