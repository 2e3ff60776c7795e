using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Grains.Boards;
using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Boards;

public sealed class MemoryGrainTests(SiloFixture silo)
{
    private static readonly ImmutableArray<MemoryRegionLayout> _regions =
    [
        new("ram", MemoryKind.System, new PageExtent(0x100, 1024), ReservedEveryPages: 8, ReservedPages: 3),
        new("cma", MemoryKind.Contiguous, new PageExtent(0x1000, 128)),
    ];

    private static readonly Gen<AllocationRequest> _request = Gen.Select(
        Gen.Int[0, 120], Gen.ULong[1, 12 * 4096], Gen.Bool, (number, size, isContiguous) => new AllocationRequest(
            new($"b{number}", 0), size, DmaConstraints.Unconstrained with { MaxSegmentCount = isContiguous ? 1 : uint.MaxValue },
            ulong.MaxValue, "gpu"));

    private static readonly Gen<(bool Frees, AllocationRequest Request, int FailsAt, bool AfterWriting)> _step = Gen.Select(
        Gen.Frequency((1, Gen.Const(true)), (3, Gen.Const(false))), _request, Gen.Frequency((6, Gen.Const(0)), (1, Gen.Int[1, 3])), Gen.Bool);

    private int _nextMemory;

    [Fact]
    public Task Any_write_may_fail_and_no_page_is_lost_or_given_twice() => _step.Array[1, 250].SampleAsync(
        async steps =>
        {
            var key = $"history{Interlocked.Increment(ref _nextMemory)}";
            var grain = silo.Grains.MemoryForGrains(key);
            await grain.LayOutAsync(_regions);
            var model = PhysicalMemory.Create(_regions).Value;
            var generations = new Dictionary<string, uint>();
            foreach (var (frees, any, failsAt, afterWriting) in steps)
            {
                // A token is used once.
                var generation = generations.GetValueOrDefault(any.Token.Buffer);
                var request = any with { Token = any.Token with { Generation = generation } };
                generations[any.Token.Buffer] = frees ? generation + 1 : generation;
                using var fault = failsAt == 0 ? null : silo.Storage.FailWrite(grain, failsAt, afterWriting);
                var next = frees ? model.Free(request.Token) : model.Allocate(request).Next;
                if (!await HappensAsync(grain, frees, request, model))
                {
                    // The write that failed may have landed: what is held says so, or the same once more.
                    fault?.Dispose();
                    var isHeld = (await grain.GetHeldAsync()).Contains(request.Token);
                    var wasHeld = model.Held(request.Token) is not null;
                    if (isHeld == wasHeld)
                    {
                        var use = await grain.DescribeAsync();
                        Assert.True(use.SequenceEqual(model.Describe()) || use.SequenceEqual(next.Describe()));
                        Assert.True(await HappensAsync(grain, frees, request, model));
                    }
                }

                model = next;
                Assert.Equal(model.Describe(), await grain.DescribeAsync());
            }

            Assert.Equal(model.Allocations.Select(held => held.Request.Token), await grain.GetHeldAsync());
        }, iter: 30, threads: 2);

    [Fact]
    public async Task An_allocation_writes_no_more_when_the_board_holds_many()
    {
        var grain = silo.Grains.MemoryForGrains("many");
        await grain.LayOutAsync([new("ram", MemoryKind.System, new PageExtent(0, 1 << 20))]);

        await AllocateAsync(grain, 0, 200);
        var few = silo.Storage.TakeLargestWrite(grain);
        await AllocateAsync(grain, 200, 2000);
        var many = silo.Storage.TakeLargestWrite(grain);

        // Names have become a digit longer.
        Assert.InRange(many, 1, few * 11 / 10);
    }

    [Fact]
    public async Task What_is_held_survives_deactivation_when_it_fills_many_chunks()
    {
        var grain = silo.Grains.MemoryForGrains("chunks");
        await grain.LayOutAsync([new("ram", MemoryKind.System, new PageExtent(0, 1 << 20))]);
        await AllocateAsync(grain, 0, 500);
        for (var number = 0; number < 500; number += 3)
        {
            await grain.FreeAsync(RequestFor(number).Token);
        }

        var (held, use) = (await grain.GetHeldAsync(), await grain.DescribeAsync());
        await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);

        Assert.Equal(held, await grain.GetHeldAsync());
        Assert.Equal(use, await grain.DescribeAsync());
        Assert.Equal(333, held.Length);
    }

    private static async Task AllocateAsync(IMemoryForGrains grain, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            Assert.True((await grain.AllocateAsync(RequestFor(number))).IsGranted);
        }
    }

    private static AllocationRequest RequestFor(int number) =>
        new(new($"buffer-{number}", 0), 65536, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");

    /// <summary>Whether a command was carried out; its reply is then the model's.</summary>
    private static async Task<bool> HappensAsync(IMemoryForGrains grain, bool frees, AllocationRequest request, PhysicalMemory model)
    {
        try
        {
            if (frees)
            {
                await grain.FreeAsync(request.Token);
                return true;
            }

            var reply = await grain.AllocateAsync(request);
            var expected = model.Allocate(request).Reply;
            Assert.Equal(expected.Refusal, reply.Refusal);
            Assert.Equal(expected.IsGranted ? expected.Value.Extents : [], reply.IsGranted ? reply.Value.Extents : []);
            return true;
        }
        catch (Exception fault) when (fault.GetType().Assembly != typeof(Assert).Assembly)
        {
            return false;
        }
    }

    [Fact]
    public async Task Pages_of_earlier_generations_go_back_with_those_of_a_later_one()
    {
        var memory = silo.Grains.MemoryForGrains(await silo.NewBoardAsync());
        foreach (var generation in (uint[])[0, 2, 3])
        {
            _ = (await memory.AllocateAsync(RequestFor(1) with { Token = new("b", generation) })).Value;
        }

        _ = (await memory.AllocateAsync(RequestFor(1) with { Token = new("c", 0) })).Value;
        await memory.FreeAsync(new("b", 2));

        Assert.Equal([new("b", 3), new("c", 0)], await memory.GetHeldAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_comes_after_its_pages_were_given_back_gets_none(bool activatesAnew)
    {
        var memory = silo.Grains.MemoryForGrains(await silo.NewBoardAsync());
        var request = new AllocationRequest(new("late", 0), 8192, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");
        _ = (await memory.AllocateAsync(request)).Value;
        await memory.FreeAsync(request.Token);
        if (activatesAnew)
        {
            await memory.AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);
        }

        var late = await memory.AllocateAsync(request);

        Assert.Equal((Errno.EINVAL, "Token"), (late.Refusal!.Errno, late.Refusal.Field));
        Assert.Empty(await memory.GetHeldAsync());
        Assert.True((await memory.AllocateAsync(request with { Token = new("late", 1) })).IsGranted);
    }

    [Fact]
    public async Task What_is_not_durable_is_neither_acknowledged_nor_shown()
    {
        var memory = silo.Grains.MemoryForGrains(await silo.NewBoardAsync());
        using var held = silo.Storage.HoldWrites(memory);
        var replies = Enumerable.Range(0, 64).Select(number => memory.AllocateAsync(RequestOf($"many{number}"))).ToArray();

        Assert.Empty(await memory.GetHeldAsync());
        Assert.DoesNotContain(replies, reply => reply.IsCompleted);
        held.Release();

        Assert.All(await Task.WhenAll(replies), reply => Assert.True(reply.IsGranted));
        Assert.Equal(64, (await memory.GetHeldAsync()).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failed_write_of_many_gives_no_page_twice(bool afterWriting)
    {
        var memory = silo.Grains.MemoryForGrains(await silo.NewBoardAsync());
        using var held = silo.Storage.HoldWrites(memory);
        using var fault = silo.Storage.FailWrite(memory, 2, afterWriting);
        var requests = Enumerable.Range(0, 24).Select(number => RequestOf($"failing{number}")).ToArray();
        var replies = requests.Select(request => memory.AllocateAsync(request)).ToArray();
        await memory.GetHeldAsync();
        held.Release();
        await Task.WhenAll(replies.Select(reply => reply.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.Contains(replies, reply => reply.IsFaulted);

        var again = await Task.WhenAll(requests.Select(request => memory.AllocateAsync(request)));

        Assert.Equal(24, again.SelectMany(reply => reply.Value.Extents).Select(extent => extent.FirstPfn).Distinct().Count());
        foreach (var (reply, now) in replies.Zip(again))
        {
            Assert.True(reply.IsFaulted || (await reply).Value.Extents.SequenceEqual(now.Value.Extents));
        }
    }

    [Fact]
    public async Task Request_that_is_sent_again_is_answered_when_the_first_one_is_durable()
    {
        var memory = silo.Grains.MemoryForGrains(await silo.NewBoardAsync());
        var held = silo.Storage.HoldWrites(memory);
        var first = memory.AllocateAsync(RequestOf("twice"));
        var second = memory.AllocateAsync(RequestOf("twice"));
        await memory.GetHeldAsync();
        Assert.False(second.IsCompleted);
        held.Release();

        Assert.Equal((await first).Value.Extents, (await second).Value.Extents);
    }

    private static AllocationRequest RequestOf(string buffer) => new(new(buffer, 0), 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");
}
