using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CsCheck;
using DmaGrains.Analysis.Checking;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Cluster.Tests;

/// <summary>Grains and the pure model, driven with the same commands, reply the same at every step.</summary>
public sealed class CommandSequenceTests(ClusterFixture cluster)
{
    private static readonly string[] _devices = ["gpu", "display", "disk", "far", "codec", "low", "tpu"];

    /// <summary>Mostly none; a bit that stands for nothing now and then.</summary>
    private static readonly Gen<MapOptions> _anyOptions =
        Gen.Select(Gen.Bool, Gen.Int[0, 16], (none, options) => none ? MapOptions.None : (MapOptions)options);

    private static readonly Gen<(int Buffer, DmaCommand Command)> _anyStep = Gen.Select(
        Gen.Int[0, 2],
        Gen.OneOf<DmaCommand>(
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, _devices.Length - 1], (name, device) =>
                (DmaCommand)new DmaCommand.Attach($"a{name}", _devices[device])),
            Gen.Select(Gen.Int[0, 5], name => (DmaCommand)new DmaCommand.Detach($"a{name}")),
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 3], _anyOptions, (name, attachment, direction, options) =>
                (DmaCommand)new DmaCommand.Map($"m{name}", $"a{attachment}", (DmaDirection)direction) { Options = options }),
            Gen.Select(Gen.Int[0, 5], name => (DmaCommand)new DmaCommand.Unmap($"m{name}")),
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Bool, (name, attachment, asList) => asList
                ? (DmaCommand)new DmaCommand.GetScatterlist($"m{name}", $"a{attachment}")
                : new DmaCommand.GetPfns($"m{name}", $"a{attachment}")),
            Gen.Select(Gen.Int[0, 5], Gen.Bool, (name, asList) => asList
                ? (DmaCommand)new DmaCommand.PutScatterlist($"m{name}")
                : new DmaCommand.PutPfns($"m{name}")),
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 3], _anyOptions, (name, raw, direction, options) =>
                (DmaCommand)new DmaCommand.MapRaw($"m{name}", $"m{raw}", (DmaDirection)direction) { Options = options }),
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 2], (name, direction, what) => what switch
            {
                0 => (DmaCommand)new DmaCommand.BeginCpuAccess($"c{name}", (DmaDirection)direction),
                1 => new DmaCommand.EndCpuAccess($"c{name}"),
                _ => new DmaCommand.CpuAccess($"c{name}", (DmaDirection)direction),
            }),
            Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 2], (name, sync, what) => what switch
            {
                0 => (DmaCommand)new DmaCommand.Flush($"m{name}"),
                1 => new DmaCommand.SyncForDevice($"s{sync}", $"m{name}"),
                _ => new DmaCommand.SyncForCpu($"s{sync}", $"m{name}"),
            }),
            Gen.Int[0, 30].Select(chance => chance == 0 ? new DmaCommand.Release() : chance == 1 ? new DmaCommand.Revoke() : (DmaCommand)new DmaCommand.Unmap("m0"))));

    private static readonly Gen<NameList> _anyMemory =
        Gen.OneOf(default, new NameList("ram"), new NameList("cma", "high"), new NameList("splash"), new NameList("bar"), new NameList("switched"),
            new NameList("gpus"), new NameList("codecs"));

    private int _nextBoard;

    [Fact]
    public Task Replies_are_the_same_one_by_one() => Gen.Select(_anyStep.Array[1, 40], RandomPolicies.Any, _anyMemory).SampleAsync(
        (steps, policy, memory) => CompareAsync(steps, policy, memory, batch: 1), iter: ClusterFixture.Trials, threads: 2);

    [Fact]
    public Task Replies_are_the_same_in_batches() => Gen.Select(_anyStep.Array[1, 40], RandomPolicies.Any, _anyMemory).SampleAsync(
        (steps, policy, memory) => CompareAsync(steps, policy, memory, batch: 7), iter: ClusterFixture.Trials, threads: 2);

    private async Task CompareAsync(
        (int Buffer, DmaCommand Command)[] steps, ExporterPolicy policy, NameList memory, int batch)
    {
        // The model alone remembers no replies: a granted command that comes again gets its first reply here too.
        var tables = new Dictionary<string, ReplyTable>();
        var definition = BoardNamed(string.Create(
            CultureInfo.InvariantCulture, $"seq{batch}.{Interlocked.Increment(ref _nextBoard)}"));
        var board = Board.Create(definition).Value;
        Assert.True((await cluster.Grains.GetBoard(definition.Name).DefineAsync(definition)).IsGranted);
        for (var buffer = 0; buffer < 3; buffer++)
        {
            var origin = new BufferExport($"b{buffer}", 300_000UL << buffer, "gpu") { Policy = policy, Memory = memory };
            (board, var exported) = board.Export(origin);
            Assert.Equal(exported.Refusal, (await cluster.Grains.GetBuffer(definition.Name, origin.Name).ExportAsync(origin)).Refusal);
        }

        // A batch on a buffer that does not exist, because its export was refused, is answered once and not for each of its commands.
        if (batch > 1)
        {
            steps = [.. steps.Where(step => board.Buffer($"b{step.Buffer}") is not null)];
        }

        // Consecutive steps on one buffer, at most a batch of them, are one call.
        for (var first = 0; first < steps.Length;)
        {
            var name = $"b{steps[first].Buffer}";
            var run = steps.Skip(first).TakeWhile(step => $"b{step.Buffer}" == name).Take(batch)
                .Select(step => step.Command).ToImmutableArray();
            var expected = new List<string>();
            foreach (var command in run)
            {
                var table = tables.GetValueOrDefault(name, ReplyTable.Empty);
                if (table.Answer(command) is { } remembered)
                {
                    expected.Add(TextOf(remembered));
                    continue;
                }

                (board, var reply) = board.Execute(name, command);
                board.AssertInvariants();
                tables[name] = table.Remember(command, reply, expected.Count);
                expected.Add(TextOf(reply));
            }

            var replies = await cluster.Grains.GetBuffer(definition.Name, name).ExecuteAsync(run, goOn: true);
            Assert.Equal(expected, replies.Select(TextOf));
            first += run.Length;
        }

        Assert.Equal(board.Memory.Describe(), await cluster.Grains.GetMemory(definition.Name).DescribeAsync());
        Assert.Equal(board.Translation.Held, await cluster.Grains.GetTranslation(definition.Name).GetHeldAsync());
        var check = (await BoardCheck.RunAsync(cluster.Grains, definition.Name, TestContext.Current.CancellationToken)).Value;
        Assert.Empty(check.Findings);
        Assert.Empty(check.Unfinished);
    }

    internal static string TextOf(DmaResult<DmaReply> reply) => JsonSerializer.Serialize<object?>(
        reply.Refusal is { } refusal ? refusal : reply.Value);

    private static BoardDefinition BoardNamed(string name) => new(
        name,
        "A small board, soon full",
        [
            new("pool", MemoryKind.Bounce, new PageExtent(0x10, 64)),
            new("ram", MemoryKind.System, new PageExtent(0x100, 1024), ReservedEveryPages: 5, ReservedPages: 1),
            new("cma", MemoryKind.Contiguous, new PageExtent(0x1000, 300)),
            new("splash", MemoryKind.Carveout, new PageExtent(0x2000, 600)),
            new("bar", MemoryKind.Vram, new PageExtent(0x3000, 600)) { Device = "gpu", PeerBus = "root", PeerPath = PeerPath.HostBridge },
            new("switched", MemoryKind.Vram, new PageExtent(0x4000, 600)) { Device = "gpu", PeerBus = "root", PeerPath = PeerPath.BusAddress },
            new("gpus", MemoryKind.Contiguous, new PageExtent(0x5000, 1024)) { Users = new("display", "gpu") },
            new("codecs", MemoryKind.Carveout, new PageExtent(0x6000, 300)) { Users = new("codec") },
            new("wifi", MemoryKind.Bounce, new PageExtent(0x7000, 40)) { Users = new("card") },
            new("high", MemoryKind.System, new PageExtent(0x200000, 256), ReservedEveryPages: 16, ReservedPages: 1),
        ],
        [
            new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
            new Device("display", null) { RequiresContiguous = true },
            new Device("disk", new DeviceDmaParameters(65536, 40, 0xffff)),
            new Device("far", new DeviceDmaParameters(16384, 0, 0)) { DmaMask = (1UL << 36) - 1, PeerToPeer = true },
            new Device("codec", null) { RequiresContiguous = true, Iommu = "mmu", Coherent = true, PeerToPeer = true, PeerBus = "root" },
            new Device("card", new DeviceDmaParameters(65536, 0, 0)) { RestrictedPool = "wifi" },
            new Device("low", new DeviceDmaParameters(262144, 0, 0)) { DmaMask = 0x1fffff, PeerToPeer = true, PeerBus = "root" },
        ])
    {
        // Room for a few of the largest buffer, so that it is full now and then.
        Stages = [new("mmu", new(new(0x1000), new(0x7fffff), 4096, IovaPolicy.RoundRobin, Reuse: IovaReuse.Lazy)) { Owner = StageOwner.Driver, ContextCount = 2 }],
    };
}
