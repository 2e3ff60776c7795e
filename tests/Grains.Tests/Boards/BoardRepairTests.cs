using DmaGrains.Analysis.Checking;
using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Tests.Boards;

/// <summary>What a crash of earlier builds left, and what a repair makes of it.</summary>
public sealed class BoardRepairTests(SiloFixture silo)
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_board_is_left_alone()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await MappedAsync(board, "frame");
        var writes = silo.Storage.WriteCount(buffer);

        var check = await RepairAsync(board);

        Assert.Empty(check.Mended);
        Assert.Empty(check.Findings);
        Assert.Equal(writes, silo.Storage.WriteCount(buffer));
    }

    [Fact]
    public async Task A_board_in_use_has_no_findings()
    {
        // Idle buffers make a reading long, and the sizes make each export a new one.
        var board = await silo.NewBoardAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(number => MappedAsync(board, $"idle{number}")));
        var (isEnough, begun) = (false, new TaskCompletionSource());
        var users = Task.WhenAll(Enumerable.Range(0, 4).Select(number => UseAsync($"frame{number}")));
        await Task.WhenAny(users, begun.Task);
        var checks = new List<BoardCheck>();
        for (var check = 0; check < 10; check++)
        {
            checks.Add(await CheckAsync(board));
        }

        isEnough = true;
        await users;

        Assert.All(checks, check => Assert.Empty(check.Findings));
        Assert.Contains(checks, check => check.BufferCount > 30);
        Assert.Empty((await CheckAsync(board)).Passing);

        async Task UseAsync(string name)
        {
            for (uint size = 8192; !isEnough; size ^= 0x6000)
            {
                await EndAsync(await MappedAsync(board, name, size));
                begun.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_living_buffer_that_the_listing_lacks_is_found_and_listed_again()
    {
        var board = await silo.NewBoardAsync();
        await MappedAsync(board, "frame");
        await silo.EmptyListingAsync(board);
        Assert.Equal([(FindingKind.Listing, "frame")], (await CheckAsync(board)).Findings.Select(found => (found.Kind, found.Buffer!)));

        var check = await RepairAsync(board);

        Assert.Equal(["frame: the board lists it again"], check.Mended);
        Assert.Empty(check.Findings);
        Assert.Equal(["frame"], await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task A_gone_buffer_that_is_listed_is_found_and_taken_off()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        var listed = silo.Cluster.ReadState<NameBucketRecord>(silo.Grains.GetNameBucket(board, 0), "names")!;
        await buffer.ReleaseAsync();
        await silo.Cluster.WriteStateAsync(silo.Grains.GetNameBucket(board, 0), "names", listed);
        Assert.Equal([(FindingKind.Listing, "frame")], (await CheckAsync(board)).Findings.Select(found => (found.Kind, found.Buffer!)));

        var check = await RepairAsync(board);

        Assert.Equal(["frame: the board no longer lists it"], check.Mended);
        Assert.Empty(check.Findings);
        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await buffer.ExportAsync(new("frame", 8192))).IsGranted);
        Assert.Equal(["frame"], await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task An_export_that_was_cut_off_is_taken_off_and_can_be_sent_again()
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "frame");
        silo.Storage.FailNextWrite(buffer);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.ExportAsync(new("frame", 8192)));
        Assert.Single((await CheckAsync(board)).Unfinished);

        var check = await RepairAsync(board);

        Assert.Equal(["frame: the board no longer lists it"], check.Mended);
        Assert.Empty(check.Unfinished);
        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await buffer.ExportAsync(new("frame", 8192))).IsGranted);
        Assert.Equal(["frame"], await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task Pages_that_are_held_for_nobody_go_back_and_the_name_can_be_used()
    {
        var board = await silo.NewBoardAsync();
        var memory = silo.Grains.MemoryForGrains(board);
        Assert.True((await memory.AllocateAsync(new(new("ghost", 0), 8192, new(65536, 2, ulong.MaxValue), ulong.MaxValue, "gpu"))).IsGranted);
        Assert.Contains((await CheckAsync(board)).Findings, found => found is { Kind: FindingKind.PagesLeaked, Buffer: "ghost" });

        var check = await RepairAsync(board);

        Assert.Equal(["ghost: pages that were held for no buffer were given back: ghost@0"], check.Mended);
        Assert.Empty(check.Findings);
        Assert.Empty(await memory.GetHeldAsync());
        await MappedAsync(board, "ghost");
        Assert.Empty((await CheckAsync(board)).Findings);
    }

    [Fact]
    public async Task Addresses_that_a_living_buffer_does_not_have_go_back_and_those_that_it_has_stay()
    {
        var board = await BehindAnMmuAsync();
        var buffer = await MappedAsync(board, "frame");
        var translation = silo.Grains.GetTranslation(board);
        await buffer.MapAttachmentAsync("m2", "a1", DmaDirection.ToDevice);
        var held = silo.Cluster.ReadState<TranslationRecord>(translation, "translation")!;
        await buffer.UnmapAttachmentAsync("m1");
        await silo.Cluster.WriteStateAsync(translation, "translation", held);
        Assert.Single((await CheckAsync(board)).Unfinished);

        var check = await RepairAsync(board);

        Assert.Equal(["frame: mappings that were held for no buffer were ended: number 0"], check.Mended);
        Assert.Empty(check.Unfinished);
        Assert.Equal([new MapToken("frame", 1)], await translation.GetHeldAsync());
    }

    [Fact]
    public async Task Addresses_of_a_gone_buffer_go_back()
    {
        var board = await BehindAnMmuAsync();
        var buffer = await MappedAsync(board, "frame");
        var translation = silo.Grains.GetTranslation(board);
        var held = silo.Cluster.ReadState<TranslationRecord>(translation, "translation")!;
        await EndAsync(buffer);
        await silo.Cluster.WriteStateAsync(translation, "translation", held);
        Assert.Contains((await CheckAsync(board)).Findings, found => found is { Kind: FindingKind.MappingLeaked, Buffer: "frame" });

        var check = await RepairAsync(board);

        Assert.Equal(["frame: mappings that were held for no buffer were ended: number 0"], check.Mended);
        Assert.Empty(check.Findings);
        Assert.Empty(await translation.GetHeldAsync());
    }

    [Fact]
    public async Task Memory_that_is_not_laid_out_is_set_up_again()
    {
        var board = await silo.NewBoardAsync();
        await silo.Grains.MemoryForGrains(board).LayOutAsync([]);
        Assert.Equal([FindingKind.SetUp], (await CheckAsync(board)).Findings.Select(found => found.Kind));

        var check = await RepairAsync(board);

        Assert.Equal(["the board's memory, MMUs and devices are set up again"], check.Mended);
        Assert.Empty(check.Findings);
        await MappedAsync(board, "frame");
    }

    [Fact]
    public async Task What_cannot_be_mended_is_found_again()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await MappedAsync(board, "frame");
        var generation = (await buffer.DescribeAsync()).Value.Generation;
        await silo.Grains.MemoryForGrains(board).FreeAsync(new("frame", generation));

        var check = await RepairAsync(board);

        Assert.Empty(check.Mended);
        Assert.Contains(check.Findings, found => found is { Kind: FindingKind.PagesNotHeld, Buffer: "frame" });
    }

    [Fact]
    public async Task A_repair_leaves_buffers_alone_that_are_at_work()
    {
        var board = await BehindAnMmuAsync();
        var work = Enumerable.Range(0, 4).Select(async number =>
        {
            for (var turn = 0; turn < 15; turn++)
            {
                await EndAsync(await MappedAsync(board, $"b{number}", size: 4096u + (4096u * (uint)(turn % 2))));
            }

            await MappedAsync(board, $"b{number}", size: 65536);
        }).ToList();
        while (work.Exists(one => !one.IsCompleted))
        {
            await RepairAsync(board);
        }

        await Task.WhenAll(work);
        var check = await CheckAsync(board);

        Assert.Empty(check.Findings);
        Assert.Empty(check.Unfinished);
        Assert.Equal(4, check.MappingCount);
    }

    [Fact]
    public async Task A_board_that_is_not_defined_is_refused() =>
        Assert.Equal(Errno.ENOENT, (await BoardCheck.RepairAsync(silo.Grains, "nowhere", _cancellation)).Refusal!.Errno);

    private async Task<BoardCheck> CheckAsync(string board) => (await BoardCheck.RunAsync(silo.Grains, board, _cancellation)).Value;

    private async Task<BoardCheck> RepairAsync(string board) => (await BoardCheck.RepairAsync(silo.Grains, board, _cancellation)).Value;

    private async Task<string> BehindAnMmuAsync()
    {
        var board = await silo.NewBoardAsync();
        var definition = SiloFixture.BoardNamed(board);
        Assert.True((await silo.Grains.GetBoard(board).ReplaceAsync(definition with
        {
            Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096))],
            Devices = [definition.Devices[0] with { Iommu = "mmu" }],
        })).IsGranted);
        return board;
    }

    private async Task<IDmaBufferGrain> MappedAsync(string board, string name, uint size = 8192)
    {
        var buffer = silo.Grains.GetBuffer(board, name);
        Assert.True((await buffer.ExportAsync(new(name, size))).IsGranted);
        Assert.True((await buffer.AttachAsync("a1", "gpu")).IsGranted);
        Assert.True((await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice)).IsGranted);
        return buffer;
    }

    private static async Task EndAsync(IDmaBufferGrain buffer)
    {
        Assert.True((await buffer.UnmapAttachmentAsync("m1")).IsGranted);
        Assert.True((await buffer.DetachAsync("a1")).IsGranted);
        Assert.True((await buffer.ReleaseAsync()).IsGranted);
    }
}
