using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Boards;

public sealed class TranslationGrainTests(SiloFixture silo)
{
    private static readonly IommuStage _smmu =
        new("smmu", new(new(0), new(uint.MaxValue), 4096, IovaPolicy.RoundRobin)) { ContextCount = 2 };

    private static int _nextBoard;

    [Fact]
    public async Task Addresses_contexts_and_positions_survive_deactivation()
    {
        var (board, buffer) = await MappedAsync();
        var translation = silo.Grains.TranslationForGrains(board);
        var first = await MapAsync(buffer, "m1");
        await translation.SwitchContextAsync("smmu", 1);
        await MapAsync(buffer, "m2");
        await translation.SwitchContextAsync("smmu", 0);
        await translation.UnmapAsync([new("frame", 1)]);

        await translation.AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);

        Assert.Equal([new("frame", 0)], await translation.GetHeldAsync());
        Assert.True((await MapAsync(buffer, "m3")).Range.First.Value > first.Range.Last.Value);
        await translation.SwitchContextAsync("smmu", 1);
        Assert.Equal("Context", (await translation.CheckUnmapAsync(new("frame", 0)))!.Field);
    }

    [Fact]
    public async Task Own_spaces_survive_deactivation_and_are_given_back_with_their_last_mapping()
    {
        var driver = _smmu with { Owner = StageOwner.Driver, ContextCount = 3 };
        var (board, buffer) = await MappedAsync(driver);
        await buffer.AttachAsync("b", "display");
        await buffer.AttachAsync("c", "display");
        var first = await OwnAsync("m1", "a");
        var second = await OwnAsync("m2", "b");

        await silo.Grains.TranslationForGrains(board).AsReference<IGrainManagementExtension>()
            .DeactivateOnIdle(TestContext.Current.CancellationToken);

        Assert.Equal(first.Range, second.Range);
        Assert.Equal((1U, 2U), (first.Context, second.Context));
        Assert.Equal((1U, "frame/a"), ((await OwnAsync("m3", "a")).Context, first.Space));
        var full = await buffer.MapAttachmentAsync("m4", "c", DmaDirection.ToDevice, MapOptions.OwnSpace);
        Assert.Equal((Errno.ENOSPC, "ContextCount"), (full.Refusal!.Errno, full.Refusal.Field));
        await buffer.UnmapAttachmentAsync("m2");
        var third = await OwnAsync("m5", "c");
        Assert.Equal((2U, "frame/c"), (third.Context, third.Space));

        async Task<MappedStage> OwnAsync(string mapping, string attachment) =>
            (await buffer.MapAttachmentAsync(mapping, attachment, DmaDirection.ToDevice, MapOptions.OwnSpace)).Value.Mapping!.Mapped!.Stages[0];
    }

    [Fact]
    public async Task Many_mappings_survive_deactivation()
    {
        var (board, buffer) = await MappedAsync();
        var translation = silo.Grains.TranslationForGrains(board);
        for (var number = 0; number < 150; number++)
        {
            await MapAsync(buffer, $"m{number}");
        }

        for (var number = 0; number < 150; number += 3)
        {
            Assert.True((await buffer.UnmapAttachmentAsync($"m{number}")).IsGranted);
        }

        var held = await translation.GetHeldAsync();
        Assert.Equal(100, held.Length);

        await translation.AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);

        Assert.Equal(held, await translation.GetHeldAsync());
        for (var number = 0; number < 150; number++)
        {
            await buffer.UnmapAttachmentAsync($"m{number}");
        }

        Assert.Empty(await translation.GetHeldAsync());
    }

    [Fact]
    public async Task A_map_that_fails_between_its_two_writes_neither_leaks_nor_doubles_an_address()
    {
        var (board, buffer) = await MappedAsync();
        silo.Storage.FailNextWrite(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => MapAsync(buffer, "m1"));
        await MapAsync(buffer, "m2");

        Assert.Single(await silo.Grains.TranslationForGrains(board).GetHeldAsync());
        await buffer.UnmapAttachmentAsync("m2");
        Assert.Empty(await silo.Grains.TranslationForGrains(board).GetHeldAsync());
    }

    [Fact]
    public async Task Addresses_of_an_unacknowledged_map_go_back_when_the_buffer_is_released()
    {
        var (board, buffer) = await MappedAsync();
        silo.Storage.FailNextWrite(buffer);
        await Assert.ThrowsAsync<OrleansException>(() => MapAsync(buffer, "m1"));

        await buffer.DetachAsync("a");
        await buffer.ReleaseAsync();

        Assert.Empty(await silo.Grains.TranslationForGrains(board).GetHeldAsync());
    }

    [Fact]
    public async Task A_failed_write_hands_out_no_address()
    {
        var (board, buffer) = await MappedAsync();
        silo.Storage.FailNextWrite(silo.Grains.TranslationForGrains(board));

        await Assert.ThrowsAsync<OrleansException>(() => MapAsync(buffer, "m1"));

        Assert.Empty(await silo.Grains.TranslationForGrains(board).GetHeldAsync());
    }

    [Fact]
    public async Task LayOut_again_changes_nothing_and_refuses_others_with_EBUSY_while_addresses_are_held()
    {
        var (board, buffer) = await MappedAsync();
        var translation = silo.Grains.TranslationForGrains(board);
        await MapAsync(buffer, "m1");

        Assert.Null(await translation.LayOutAsync([_smmu], null));
        Assert.Equal(Errno.EBUSY, (await translation.LayOutAsync([_smmu with { ContextCount = 1 }], null))!.Errno);
        await buffer.UnmapAttachmentAsync("m1");
        Assert.Null(await translation.LayOutAsync([_smmu with { ContextCount = 1 }], null));
    }

    /// <summary>A board with a display behind an MMU, its own where one is given, that is attached to a buffer of 1 MiB.</summary>
    private async Task<(string Board, IDmaBufferGrain Buffer)> MappedAsync(IommuStage? own = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"mmu{Interlocked.Increment(ref _nextBoard)}");
        var definition = SiloFixture.BoardNamed(name);
        Assert.True((await silo.Grains.BoardForGrains(name).DefineAsync(definition with
        {
            Stages = [own ?? _smmu],
            Devices = [.. definition.Devices.Select(device => own is null || device.Name == "display" ? device with { Iommu = "smmu" } : device)],
        })).IsGranted);
        var buffer = silo.Grains.GetBuffer(name, "frame");
        await buffer.ExportAsync(new("frame", 1 << 20) { Policy = NamedPolicies.Find("translated")! });
        Assert.True((await buffer.AttachAsync("a", "display")).IsGranted);
        return (name, buffer);
    }

    private static async Task<MappedStage> MapAsync(IDmaBufferGrain buffer, string mapping)
    {
        var reply = await buffer.MapAttachmentAsync(mapping, "a", DmaDirection.ToDevice);
        Assert.True(reply.IsGranted, reply.Refusal?.ToString());
        Assert.Single(reply.Value.Mapping!.ToSegments());
        return reply.Value.Mapping.Mapped!.Stages[0];
    }
}
