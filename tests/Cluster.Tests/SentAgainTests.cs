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

/// <summary>Exports and commands with ids, each sent again one to five times at any later moment within the window.</summary>
public sealed class SentAgainTests(ClusterFixture cluster)
{
    private const string Buffer = "b";

    private static readonly string[] _devices = ["gpu", "display", "codec", "ghost"];

    /// <summary>What is sent: a command, or null for an export under the next id.</summary>
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
    public Task Nothing_that_is_sent_again_changes_state_or_reply() =>
        Gen.Select(_any.Array[1, 30], Gen.Int[0, 1_000_000]).SampleAsync(PlayAsync, iter: 60, threads: 2);

    private async Task PlayAsync(DmaCommand?[] sent, int seed)
    {
        var random = new Random(seed);
        var definition = BoardNamed(string.Create(CultureInfo.InvariantCulture, $"again.{Interlocked.Increment(ref _nextBoard)}"));
        var model = Board.Create(definition).Value;
        Assert.True((await cluster.Grains.GetBoard(definition.Name).DefineAsync(definition)).IsGranted);
        var grain = cluster.Grains.GetBuffer(definition.Name, Buffer);
        var first = new List<(Func<Task<DmaResult<DmaReply>>> Send, string Reply, int Left)>();
        for (var index = 0; index < sent.Length; index++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"id{index}");
            Func<Task<DmaResult<DmaReply>>> send;
            DmaResult<DmaReply> expected;
            if (sent[index] is { } command)
            {
                var named = command with { Id = id };
                (model, expected) = model.Execute(Buffer, named);
                send = async () => (await grain.ExecuteAsync([named], goOn: false)).Single();
            }
            else
            {
                var export = new BufferExport(Buffer, 8192) { Id = id };
                (model, expected) = model.Export(export);
                send = () => grain.ExportAsync(export);
            }

            var reply = CommandSequenceTests.TextOf(await send());
            Assert.Equal(CommandSequenceTests.TextOf(expected), reply);

            // A refused export has no place to be remembered in: sent again it is tried again.
            if (sent[index] is not null ? model.Buffer(Buffer) is not null : expected.IsGranted)
            {
                first.Add((send, reply, random.Next(1, 6)));
            }

            foreach (var again in Enumerable.Range(0, first.Count).Where(_ => random.Next(3) == 0).ToList())
            {
                var (sendAgain, heard, left) = first[again];
                if (left > 0)
                {
                    first[again] = (sendAgain, heard, left - 1);
                    Assert.Equal(heard, CommandSequenceTests.TextOf(await sendAgain()));
                }
            }

            var described = await grain.DescribeAsync();
            Assert.Equal(JsonSerializer.Serialize(model.Buffer(Buffer)), described.IsGranted ? JsonSerializer.Serialize(described.Value) : "null");
        }

        Assert.Equal(model.Memory.Describe(), await cluster.Grains.GetMemory(definition.Name).DescribeAsync());
        Assert.Equal(model.Translation.Held, await cluster.Grains.GetTranslation(definition.Name).GetHeldAsync());
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
