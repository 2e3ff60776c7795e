using System.Globalization;
using System.Text.Json;
using CsCheck;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Cluster.Tests;

/// <summary>Exports and commands, with ids and without, each sent again at any later moment.</summary>
public sealed class SentAgainTests(ClusterFixture cluster)
{
    private const string Buffer = "b";

    private static readonly string[] _devices = ["gpu", "display", "codec", "ghost"];

    /// <summary>What is sent: a command, or null for an export.</summary>
    private static readonly Gen<DmaCommand?> _any = Gen.Frequency(
        (5, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], (name, device) => (DmaCommand?)new DmaCommand.Attach($"a{name}", _devices[device]))),
        (4, Gen.Int[0, 3].Select(name => (DmaCommand?)new DmaCommand.Detach($"a{name}"))),
        (5, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], (name, attachment) =>
            (DmaCommand?)new DmaCommand.Map($"m{name}", $"a{attachment}", DmaDirection.ToDevice))),
        (4, Gen.Int[0, 3].Select(name => (DmaCommand?)new DmaCommand.Unmap($"m{name}"))),
        (2, Gen.Const((DmaCommand?)new DmaCommand.Release())),
        (2, Gen.Const((DmaCommand?)null)));

    private int _nextBoard;

    [Fact]
    public Task Replies_and_state_are_the_models_whatever_is_sent_again() =>
        Gen.Select(Gen.Select(_any, Gen.Int[0, 4]).Array[1, 30], Gen.Int[0, 1_000_000]).SampleAsync(PlayAsync, iter: ClusterFixture.Trials, threads: 2);

    [Fact]
    public async Task A_batch_of_as_many_as_there_can_be_gets_its_replies_again()
    {
        var grain = await NewBufferAsync();
        var caller = new DmaCaller();
        var batch = caller.Number(Enumerable.Range(0, IDmaBufferGrain.BatchMax)
            .Select(number => (DmaCommand)(number % 3 == 2 ? new DmaCommand.Detach("nobody") : new DmaCommand.Attach($"a{number}", "gpu"))));
        var first = await grain.ExecuteAsync(batch, goOn: true);
        Assert.Equal(IDmaBufferGrain.BatchMax, first.Length);

        var again = await grain.ExecuteAsync(batch, goOn: true);
        await grain.DetachAsync("a0", new DmaCaller().Next());
        var late = await grain.ExecuteAsync(batch, goOn: true);

        Assert.Equal(first.Select(CommandSequenceTests.TextOf), again.Select(CommandSequenceTests.TextOf));
        Assert.Equal(first.Select(CommandSequenceTests.TextOf), late.Select(CommandSequenceTests.TextOf));
        Assert.DoesNotContain((await grain.DescribeAsync()).Value.Attachments, attachment => attachment.Name == "a0");

        await grain.DetachAsync("a1", caller.Next());
        Assert.Equal(Errno.ESTALE, Assert.Single(await grain.ExecuteAsync(batch, goOn: true)).Refusal!.Errno);
    }

    [Fact]
    public async Task Many_callers_of_one_buffer_send_again_before_their_next_request()
    {
        var grain = await NewBufferAsync();
        var left = await Task.WhenAll(Enumerable.Range(0, 64).Select(async number =>
        {
            var (caller, random) = (new DmaCaller(), new Random(number));
            DmaCommand? before = null;
            var isAttached = false;
            for (var round = 0; round < 12; round++)
            {
                var command = caller.Number([isAttached
                    ? new DmaCommand.Detach($"a{number}.{round - 1}")
                    : new DmaCommand.Attach($"a{number}.{round}", "gpu")])[0];
                isAttached = !isAttached;
                var first = CommandSequenceTests.TextOf(await grain.ExecuteAsync(command));
                for (var again = random.Next(3); again > 0; again--)
                {
                    var reply = await grain.ExecuteAsync(command);
                    Assert.True(reply.IsGranted, reply.Refusal?.ToString());
                    Assert.Equal(first, CommandSequenceTests.TextOf(reply));
                }

                if (before is not null && random.Next(3) == 0)
                {
                    Assert.Equal(Errno.ESTALE, (await grain.ExecuteAsync(before)).Refusal!.Errno);
                }

                before = command;
            }

            return isAttached;
        }));

        Assert.DoesNotContain(true, left);
        Assert.Empty((await grain.DescribeAsync()).Value.Attachments);
    }

    [Fact]
    public async Task A_caller_that_was_forgotten_hears_ESTALE_and_a_new_attempt_gets_through()
    {
        var grain = await NewBufferAsync();
        var caller = new DmaCaller();
        var command = new DmaCommand.Attach("a", "gpu") { Id = caller.Next() };
        Assert.True((await grain.ExecuteAsync(command)).IsGranted);
        for (var other = 1; other < ReplyTable.CallersMax; other++)
        {
            await grain.FlushAsync("nothing", new DmaCaller().Next());
        }

        Assert.True((await grain.ExecuteAsync(command)).IsGranted);
        await grain.FlushAsync("nothing", new DmaCaller().Next());

        var late = (await grain.ExecuteAsync(command)).Refusal!;
        Assert.Equal((Errno.ESTALE, (ulong)command.Id!.Value.Number), (late.Errno, late.Limit));
        Assert.Equal(Errno.ESTALE, (await grain.DetachAsync("a", new("late", 1))).Refusal!.Errno);
        Assert.True((await new DmaCaller(new LateClock()).SendAsync(id => grain.DetachAsync("a", id))).IsGranted);
    }

    [Fact]
    public async Task A_request_that_cannot_be_one_is_refused_whole()
    {
        var grain = await NewBufferAsync();
        DmaCommand attach = new DmaCommand.Attach("a", "gpu") { Id = new("caller", 1) };

        Assert.Equal("Id", Assert.Single(await grain.ExecuteAsync([attach, new DmaCommand.Detach("a")], goOn: true)).Refusal!.Field);
        Assert.Equal("Command", Assert.Single(await grain.ExecuteAsync([attach, null!], goOn: true)).Refusal!.Field);
        Assert.Equal("Command", (await grain.ExecuteAsync(null!)).Refusal!.Field);
        Assert.Empty((await grain.DescribeAsync()).Value.Attachments);
        Assert.True((await grain.ExecuteAsync(attach)).IsGranted);
        Assert.Equal("Id", (await grain.AttachAsync("b", "gpu", attach.Id)).Refusal!.Field);
        Assert.Single((await grain.DescribeAsync()).Value.Attachments);
    }

    private async Task<IDmaBufferGrain> NewBufferAsync()
    {
        var definition = BoardNamed(string.Create(CultureInfo.InvariantCulture, $"again.{Interlocked.Increment(ref _nextBoard)}.{Guid.NewGuid():N}"));
        Assert.True((await cluster.Grains.GetBoard(definition.Name).DefineAsync(definition)).IsGranted);
        var grain = cluster.Grains.GetBuffer(definition.Name, Buffer);
        Assert.True((await grain.ExportAsync(new(Buffer, 8192) { Id = new DmaCaller().Next() })).IsGranted);
        return grain;
    }

    private async Task PlayAsync((DmaCommand? Command, int Caller)[] steps, int seed)
    {
        var random = new Random(seed);
        var definition = BoardNamed(string.Create(CultureInfo.InvariantCulture, $"again.{Interlocked.Increment(ref _nextBoard)}"));
        var model = Board.Create(definition).Value;
        var table = ReplyTable.Empty;
        Assert.True((await cluster.Grains.GetBoard(definition.Name).DefineAsync(definition)).IsGranted);
        var grain = cluster.Grains.GetBuffer(definition.Name, Buffer);
        var sent = new List<(DmaCommand? Command, BufferExport? Export)>();
        for (var index = 0; index < steps.Length; index++)
        {
            // The last two of five callers have no ids.
            var (asked, caller) = steps[index];
            CommandId? id = caller > 2 ? null : new(string.Create(CultureInfo.InvariantCulture, $"c{caller}"), index + 1);
            sent.Add(asked is null ? (null, new(Buffer, 8192) { Id = id }) : (asked with { Id = id }, null));
            await SendAsync(sent[^1]);
            while (random.Next(2) == 0)
            {
                await SendAsync(sent[random.Next(sent.Count)]);
            }

            var described = await grain.DescribeAsync();
            Assert.Equal(JsonSerializer.Serialize(model.Buffer(Buffer)), described.IsGranted ? JsonSerializer.Serialize(described.Value) : "null");
        }

        Assert.Equal(model.Memory.Describe(), await cluster.Grains.GetMemory(definition.Name).DescribeAsync());
        Assert.Equal(model.Translation.Held, await cluster.Grains.GetTranslation(definition.Name).GetHeldAsync());

        async Task SendAsync((DmaCommand? Command, BufferExport? Export) request)
        {
            var reply = request.Command is { } command ? await grain.ExecuteAsync(command) : await grain.ExportAsync(request.Export!);
            var expected = request.Command is { } modelled ? Execute(modelled) : Export(request.Export!);
            Assert.Equal(CommandSequenceTests.TextOf(expected), CommandSequenceTests.TextOf(reply));
        }

        DmaResult<DmaReply> Execute(DmaCommand command)
        {
            if (model.Buffer(Buffer) is not null && table.Answer(command) is { } first)
            {
                return first;
            }

            var isThere = model.Buffer(Buffer) is not null;
            (model, var reply) = model.Execute(Buffer, command);
            table = isThere ? table.Remember(command, reply) : table;
            return reply;
        }

        DmaResult<DmaReply> Export(BufferExport export)
        {
            if (table.Answer(export) is { } first)
            {
                return first;
            }

            var before = model.Buffer(Buffer);
            (model, var reply) = model.Export(export);
            table = ReferenceEquals(before, model.Buffer(Buffer)) ? table : table.ExportedAnew();
            table = table.Remember(export, reply);
            return reply;
        }
    }

    /// <summary>A clock that has stood still since 1970.</summary>
    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    private static BoardDefinition BoardNamed(string name) => new(
        name,
        "A board for commands that are sent again",
        [new("ram", MemoryKind.System, new PageExtent(0x100, 64)), new("cma", MemoryKind.Contiguous, new PageExtent(0x1000, 8))],
        [
            new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)),
            new Device("display", null) { RequiresContiguous = true },
            new Device("codec", new DeviceDmaParameters(uint.MaxValue, 0, 0)) { Iommu = "mmu" },
        ])
    {
        Stages = [new("mmu", new(new(0x1000), new(0x7fffff), 4096)) { Owner = StageOwner.Driver }],
    };
}
