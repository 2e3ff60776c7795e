using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Translation;
using DmaGrains.Testing;

namespace DmaGrains.Grains.Tests.Buffers;

/// <summary>What a buffer owes comes back though nobody sends it another command.</summary>
public sealed class BufferDebtsTests : IAsyncLifetime
{
    private static readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    private readonly string _board = "b";
    private DmaTestCluster _cluster = null!;
    private long _mark;

    private IMemoryGrain Memory => _cluster.Grains.GetMemory(_board);

    private IDmaBufferGrain Buffer => _cluster.Grains.GetBuffer(_board, "frame");

    public async ValueTask InitializeAsync() => _cluster = await DmaTestCluster.StartAsync(responseTimeout: TimeSpan.FromSeconds(3));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Pages_come_back_though_memory_failed_to_take_them(int failures)
    {
        await UseAsync();
        foreach (var number in Enumerable.Range(1, failures))
        {
            _cluster.Storage.FailWrite(Memory, number);
        }

        await Assert.ThrowsAsync<OrleansException>(() => Buffer.DetachAsync("a1"));

        await TakenOffAsync();
        Assert.Empty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task Pages_come_back_though_the_answer_to_the_write_was_lost()
    {
        await UseAsync();
        _cluster.Storage.FailNextWrite(Buffer, afterWriting: true);

        await Assert.ThrowsAsync<OrleansException>(() => Buffer.DetachAsync("a1"));

        await TakenOffAsync();
        Assert.Empty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task A_name_comes_off_the_listing_though_the_listing_failed()
    {
        await UseAsync();
        _cluster.Storage.FailNextWrite(_cluster.Grains.GetNameBucket(_board, 0));

        await Assert.ThrowsAsync<OrleansException>(() => Buffer.DetachAsync("a1"));

        await TakenOffAsync();
    }

    [Fact]
    public async Task Addresses_come_back_though_the_MMU_failed_to_take_them()
    {
        await UseAsync(behindAnMmu: true, unmap: false);
        var translation = _cluster.Grains.GetTranslation(_board);
        Assert.NotEmpty(await translation.GetHeldAsync());
        var mark = _cluster.Events.Last;
        _cluster.Storage.FailNextWrite(translation);

        await Assert.ThrowsAsync<OrleansException>(() => Buffer.UnmapAttachmentAsync("m1"));

        await WrittenAsync(translation, mark);
        Assert.Empty(await translation.GetHeldAsync());
        Assert.NotEmpty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task A_buffer_pays_when_it_is_activated()
    {
        await UseAsync();
        _cluster.Storage.FailNextWrite(Memory);
        await Assert.ThrowsAsync<OrleansException>(() => Buffer.DetachAsync("a1"));
        await _cluster.DeactivateAsync(Buffer);

        _ = await Buffer.DescribeAsync();

        Assert.Empty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task A_buffer_that_cannot_pay_when_it_is_activated_answers_and_pays_later()
    {
        await UseAsync();
        _cluster.Storage.FailWrite(Memory, 1);
        _cluster.Storage.FailWrite(Memory, 2);
        await Assert.ThrowsAsync<OrleansException>(() => Buffer.DetachAsync("a1"));
        await _cluster.DeactivateAsync(Buffer);

        Assert.True((await Buffer.DescribeAsync()).Value.IsReleasedByAll);

        await TakenOffAsync();
        Assert.Empty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task Pages_that_a_buffer_owes_when_a_silo_starts_come_back()
    {
        await UseAsync();
        await GoWithoutPayingAsync(Buffer);
        Assert.NotEmpty(await Memory.GetHeldAsync());

        await _cluster.AddSiloAsync();

        await TakenOffAsync();
        Assert.Empty(await Memory.GetHeldAsync());
        await _cluster.CheckInvariantsAsync();
    }

    [Fact]
    public async Task Pages_come_back_when_a_silo_among_others_is_killed_between_write_and_payment()
    {
        await _cluster.AddSiloAsync();
        await _cluster.AddSiloAsync();
        await UseAsync();
        var held = await CutOffAsync();

        // Both of them: what is under way between them would go on.
        var lost = new HashSet<int?> { _cluster.SiloOf(Buffer), _cluster.SiloOf(Memory) };
        foreach (var silo in lost)
        {
            await _cluster.KillSiloAsync(silo!.Value);
        }

        held.Release();

        await TakenOffAsync();
        Assert.Empty(await Memory.GetHeldAsync());
    }

    [Fact]
    public async Task Buffers_that_owe_nothing_are_not_activated()
    {
        await UseAsync();
        foreach (var number in Enumerable.Range(0, 20))
        {
            await _cluster.Grains.GetBuffer(_board, $"b{number}").ExportAsync(new($"b{number}", 4096));
        }

        // The one that owes is the last that is looked at.
        var listed = (await _cluster.Grains.GetBoard(_board).ListBuffersAsync(string.Empty, 1000)).Value.Names;
        var owing = _cluster.Grains.GetBuffer(_board, listed[^1]);
        if (listed[^1] != "frame")
        {
            await UseAsync(owing);
        }

        await GoWithoutPayingAsync(owing);
        await Task.WhenAll(listed.Select(name => _cluster.DeactivateAsync(_cluster.Grains.GetBuffer(_board, name))));
        await _cluster.AddSiloAsync();

        await TakenOffAsync();
        Assert.NotNull(_cluster.SiloOf(owing));
        Assert.All(listed.SkipLast(1), name => Assert.Null(_cluster.SiloOf(_cluster.Grains.GetBuffer(_board, name))));
    }

    /// <summary>A buffer of a fresh board that has pages and one importer, has been released, and goes with that importer.</summary>
    private async Task UseAsync(bool behindAnMmu = false, bool unmap = true)
    {
        var definition = SiloFixture.BoardNamed(_board);
        await _cluster.Grains.GetBoard(_board).DefineAsync(definition with
        {
            Stages = behindAnMmu ? [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096))] : [],
            Devices = [definition.Devices[0] with { Iommu = behindAnMmu ? "mmu" : null }],
        });
        await UseAsync(Buffer, unmap);
        _mark = _cluster.Events.Last;
    }

    private static async Task UseAsync(IDmaBufferGrain buffer, bool unmap = true)
    {
        var name = GrainKeys.NameOf(buffer.GetPrimaryKeyString());
        await buffer.ExportAsync(new(name, 8192));
        Assert.True((await buffer.AttachAsync("a1", "gpu")).IsGranted);
        Assert.True((await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice)).IsGranted);
        if (unmap)
        {
            await buffer.UnmapAttachmentAsync("m1");
            await buffer.ReleaseAsync();
        }
    }

    /// <summary>Sends the last command of a buffer; it is written, and its payment begins and comes to no end.</summary>
    private async Task<HeldWrites> CutOffAsync()
    {
        var held = _cluster.Storage.HoldWrites(Memory);
        _mark = _cluster.Events.Last;
        _ = Buffer.DetachAsync("a1").ContinueWith(static task => task.Exception, _cancellation, default, TaskScheduler.Default);
        await _cluster.WaitForAsync<ClusterEvent.WriteHeld>(write => write.Key == KeyOf(Memory), after: _mark);
        return held;
    }

    /// <summary>Sends the last command of a buffer, and puts back what memory and the listing had before its payment.</summary>
    private async Task GoWithoutPayingAsync(IDmaBufferGrain buffer)
    {
        var names = _cluster.Grains.GetNameBucket(_board, 0);
        var memory = _cluster.ReadState<MemoryRecord>(Memory, "memory")!;
        var listed = _cluster.ReadState<NameBucketRecord>(names, "names")!;
        Assert.True((await buffer.DetachAsync("a1")).IsGranted);
        await _cluster.DeactivateAsync(buffer);
        await _cluster.WriteStateAsync(Memory, "memory", memory);
        await _cluster.WriteStateAsync(names, "names", listed);
        _mark = _cluster.Events.Last;
    }

    /// <summary>Waits until a name is taken off the board's listing, which is the last that a buffer gives back.</summary>
    private Task<ClusterEvent.Written> TakenOffAsync() => WrittenAsync(_cluster.Grains.GetNameBucket(_board, 0), _mark);

    private Task<ClusterEvent.Written> WrittenAsync(IAddressable grain, long mark) => _cluster.WaitForAsync<ClusterEvent.Written>(
        write => write.Key == KeyOf(grain), TimeSpan.FromSeconds(60), mark);

    private static string KeyOf(IAddressable grain) => grain.GetGrainId().Key.ToString()!;
}
