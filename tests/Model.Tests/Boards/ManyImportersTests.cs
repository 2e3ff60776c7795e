using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>What many importers of one buffer cost, in allocated bytes: a command costs hardly more when there are many.</summary>
public sealed class ManyImportersTests
{
    private const string Frame = "frame";
    private const int Few = 128;
    private const int Many = 1024;

    private static readonly BoardDefinition _board = new(
        "many",
        "A board with room for many mappings",
        [
            new("ram", MemoryKind.System, new(0x100000, 4096), 16, 1),
            new("vram", MemoryKind.Vram, new(0x400000, 4096)) { Device = "gpu" },
            new("bounce", MemoryKind.Bounce, new(0x1000, 4096)),
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1, PeerToPeer = true },
            new("snooping", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1, Coherent = true },
            new("display", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1, Iommu = "smmu" },
            new("low", new(uint.MaxValue, 0, 0)) { DmaMask = 0x10002fff },
        ])
    {
        Stages = [new("smmu", new(new(0), new(uint.MaxValue), 4096))],
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (name, _) in NamedPolicies.All)
            {
                cases.Add(name, "gpu,snooping");
                cases.Add(name, "display,gpu");
            }

            cases.Add("mainline-bouncing", "low,gpu");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Many_importers_cost_no_more_than_n_log_n(string policy, string devices)
    {
        // What is made once is made before.
        BytesFor(Few, policy, devices);

        var (few, many) = (BytesFor(Few, policy, devices), BytesFor(Many, policy, devices));

        var allowed = few * (Many / Few) * Math.Log2(Many) / Math.Log2(Few);
        Assert.True(many <= allowed, $"{Few}: {few} bytes, {Many}: {many}, {(double)many / few:F1} times as many; allowed {allowed:F0}.");
    }

    [Fact]
    public void As_many_importers_as_there_may_be_attach_map_unmap_and_detach() =>
        Assert.True(BytesFor(DmaBuffer.AttachmentsMax, "refuse", "gpu,display") > 0);

    private static long BytesFor(int count, string policy, string devices)
    {
        var board = Board.Create(_board).Value
            .Export(new(Frame, 65536, null) { Policy = NamedPolicies.Find(policy)! }).Next;
        var names = devices.Split(',');
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var importer = 0; importer < count; importer++)
        {
            Execute(new DmaCommand.Attach($"i{importer}", names[importer % names.Length]));
        }

        for (var importer = 0; importer < count; importer++)
        {
            Execute(new DmaCommand.Map($"i{importer}", $"i{importer}", DmaDirection.Bidirectional));
        }

        for (var importer = 0; importer < count; importer++)
        {
            Execute(new DmaCommand.SyncForCpu($"s{importer}", $"i{importer}"));
            Execute(new DmaCommand.Unmap($"i{importer}"));
        }

        for (var importer = 0; importer < count; importer++)
        {
            Execute(new DmaCommand.Detach($"i{importer}"));
        }

        Assert.Empty(board.Buffer(Frame)!.Attachments);
        board.AssertInvariants();
        return GC.GetAllocatedBytesForCurrentThread() - before;

        // Refused or not: refusals are not to cost more either.
        void Execute(DmaCommand command) => board = board.Execute(Frame, command).Next;
    }
}
