using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Grains.Tests.Measuring;

[Collection(nameof(Alone))]
public sealed class BufferInstrumentsTests(SiloFixture silo)
{
    [Fact]
    public async Task Commands_are_counted_by_kind_and_outcome()
    {
        var (caller, board) = (new DmaCaller(), await silo.NewBoardAsync());
        using var readings = new Readings();

        var buffer = await silo.NewBufferAsync(board);
        var attach = caller.Next();
        await buffer.AttachAsync("a1", "gpu", attach);
        await buffer.AttachAsync("a1", "gpu", attach);
        await buffer.AttachAsync("a2", "nobody", caller.Next());
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional, id: caller.Next());
        await buffer.TestMapAttachmentAsync("a1", DmaDirection.Bidirectional);

        Assert.Equal(
            ["attach granted = 1", "attach refused = 1", "attach repeated = 1", "export granted = 1", "map granted = 1", "test_map granted = 1"],
            readings.Of("dmagrains.buffer.commands"));
        Assert.Equal(["direct = 1"], readings.Of("dmagrains.buffer.maps"));
        Assert.Equal(["attach device ENODEV = 1"], readings.Of("dmagrains.buffer.refusals"));
    }

    [Fact]
    public async Task Commands_of_a_batch_are_counted_each()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        using var readings = new Readings();

        await buffer.ExecuteAsync(
            [
                new DmaCommand.Attach("a1", "gpu"),
                new DmaCommand.Attach("a1", "gpu"),
                new DmaCommand.Attach("a2", "nobody"),
                new DmaCommand.Map("m1", "a1", DmaDirection.Bidirectional),
                new DmaCommand.Unmap("m1"),
            ],
            goOn: true);

        Assert.Equal(
            ["attach granted = 1", "attach refused = 1", "attach repeated = 1", "map granted = 1", "unmap granted = 1"],
            readings.Of("dmagrains.buffer.commands"));
    }

    [Fact]
    public async Task Command_whose_write_fails_counts_as_failed_and_as_nothing_else()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        silo.Storage.FailNextWrite(buffer);
        using var readings = new Readings();

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a1", "gpu"));

        Assert.Equal(["attach failed = 1"], readings.Of("dmagrains.buffer.commands"));
        Assert.Empty(readings.Of("dmagrains.journal.appends"));
    }

    [Fact]
    public async Task Batch_that_is_interrupted_counts_what_was_durable_before()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        silo.Storage.FailNextWrite(silo.Grains.GetMemory(board));
        using var readings = new Readings();

        await Assert.ThrowsAsync<OrleansException>(() => buffer.ExecuteAsync(
            [new DmaCommand.Attach("a1", "gpu"), new DmaCommand.Map("m1", "a1", DmaDirection.Bidirectional)], goOn: true));

        Assert.Equal(["attach failed = 1"], readings.Of("dmagrains.buffer.commands"));
    }

    [Fact]
    public async Task Request_that_is_no_command_is_a_refusal_of_no_kind()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        using var readings = new Readings();

        await buffer.ExecuteAsync(null!);
        await buffer.ExecuteAsync(default(ImmutableArray<DmaCommand>), goOn: false);

        Assert.Equal(["none refused = 2"], readings.Of("dmagrains.buffer.commands"));
        Assert.Equal(["none command EINVAL = 1", "none commands EINVAL = 1"], readings.Of("dmagrains.buffer.refusals").Order());
    }

    [Fact]
    public async Task Storage_that_moves_is_counted()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await ExportAsync(board, "migrate");
        await MapAndUnmapAsync(buffer, "gpu");
        using var readings = new Readings();

        await MapAndUnmapAsync(buffer, "display");

        Assert.Equal([" = 1"], readings.Of("dmagrains.buffer.migrations"));
    }

    [Fact]
    public async Task Hazards_are_counted_by_kind_for_each_attachment()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await ExportAsync(board, "accept");
        await MapAndUnmapAsync(buffer, "gpu");
        using var readings = new Readings();

        await MapAndUnmapAsync(buffer, "display");
        await buffer.AttachAsync("again", "display");
        await buffer.MapAttachmentAsync("m-again", "again", DmaDirection.Bidirectional);

        Assert.Equal(["attached_too_late = 2", "list_breaks_limit = 2"], readings.Of("dmagrains.buffer.hazards"));
    }

    private async Task<IDmaBufferGrain> ExportAsync(string board, string policy)
    {
        var buffer = silo.Grains.GetBuffer(board, "frame");
        Assert.True((await buffer.ExportAsync(new("frame", 1 << 20, "gpu") { Policy = NamedPolicies.Find(policy)! })).IsGranted);
        return buffer;
    }

    private static async Task MapAndUnmapAsync(IDmaBufferGrain buffer, string device)
    {
        Assert.True((await buffer.AttachAsync(device, device)).IsGranted);
        Assert.True((await buffer.MapAttachmentAsync($"m-{device}", device, DmaDirection.Bidirectional)).IsGranted);
        Assert.True((await buffer.UnmapAttachmentAsync($"m-{device}")).IsGranted);
    }
}
