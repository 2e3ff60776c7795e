using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Policies;

/// <summary>The order of attaches ceases to matter when allocation waits for the first map (thread #59).</summary>
public sealed class AttachOrderTests
{
    private static readonly string[] _promising =
    [
        "refuse", "deny-after-map", "resplit", "migrate", "accept", "flags", "size-only", "count-only", "own-lists", "translated", "shared-list",
    ];

    private static readonly Gen<ExporterPolicy> _policies = Gen.OneOf(
        Gen.Int[0, NamedPolicies.All.Length - 1].Select(index => NamedPolicies.All[index].Policy), RandomPolicies.Any);

    private static readonly Gen<ExporterPolicy> _promises = _policies.Where(policy => policy.IsAttachOrderFree);

    private static readonly Gen<ExporterPolicy> _ownLists = _promises.Where(policy => policy.HasOwnLists && policy.ListCheck == ListCheck.Exact);

    private static readonly Gen<ulong> _sizes = AnyOf<ulong>(1, 4096, 12288, 40_960, 100_000, 262_144, 1 << 20);

    /// <summary>Limits as devices have them: few of them powers of two times another's, some of no whole page.</summary>
    private static readonly Gen<Device> _device =
        from size in AnyOf(0U, 4096U, 6144U, 8192U, 61_440U, 65_536U, 131_072U, 262_144U, uint.MaxValue)
        from count in AnyOf(0U, 1U, 2U, 3U, 5U, 8U, 16U, 25U, 64U, 300U)
        from mask in AnyOf<ulong>(0, 0x1fff, 0x3fff, 0xffff, 0xfffff, uint.MaxValue)
        from flags in Gen.Int[0, 15]
        select new Device("d", flags == 0 ? null : new(size, count, mask))
        {
            RequiresContiguous = flags is 0 or 1 && count <= 1,
            DmaMask = flags % 4 == 2 ? uint.MaxValue : ulong.MaxValue,
            SegmentsPerLine = false,
        };

    private static readonly Gen<Device[]> _devices =
        _device.Array[1, 5].Select(devices => devices.Select((device, index) => device with { Name = $"d{index}" }).ToArray());

    [Fact]
    public void These_named_policies_promise_that_the_order_of_attaches_does_not_matter() => Assert.Equal(
        _promising, NamedPolicies.All.Where(named => named.Policy.IsAttachOrderFree).Select(named => named.Name));

    [Fact]
    public void Whom_one_order_lets_in_every_order_lets_in_to_the_same_pages() =>
        (from policy in _promises
         from size in _sizes
         from devices in _devices
         from first in Gen.Shuffle(Names(devices))
         from second in Gen.Shuffle(Names(devices))
         select (policy, size, devices, first, second)).Sample(
            (policy, size, devices, first, second) =>
            {
                var one = Attached(policy, size, devices, first).FrameOf();
                string[] granted = [.. second.Where(device => one.Attachments.Any(attachment => attachment.Name == device))];

                var (before, after) = (Attached(policy, size, devices, [.. first.Where(granted.Contains)]), Attached(policy, size, devices, granted));

                Assert.Equal(granted.Length, after.FrameOf().Attachments.Length);
                Assert.Equal(one.Constraints, after.FrameOf().Constraints);
                foreach (var device in granted)
                {
                    AssertSame(before.Execute(Frame, Map(device)), after.Execute(Frame, Map(device)));
                }
            },
            iter: 500);

    [Fact]
    public void With_lists_of_their_own_each_importer_gets_the_same_answer_in_every_order() =>
        (from policy in _ownLists
         from size in _sizes
         from devices in _devices.Select(devices => devices.Where(device => !IsOneRange(device)).ToArray()).Where(devices => devices.Length != 0)
         from order in Gen.Shuffle(Names(devices))
         select (policy, size, devices, order)).Sample(
            (policy, size, devices, order) =>
            {
                var alone = devices
                    .Where(device => Attached(policy, size, devices, [device.Name]).FrameOf().Attachments.Length == 1)
                    .Select(device => device.Name);

                Assert.Equal(alone, Attached(policy, size, devices, order).FrameOf().Attachments.Select(attachment => attachment.Name));
            },
            iter: 300);

    [Fact]
    public void With_lists_of_their_own_nobody_is_better_off_for_having_come_late() =>
        (from policy in _ownLists.Where(policy => policy.LateAttach != LateAttach.Accept)
         from size in _sizes
         from devices in _devices.Select(devices => devices.Select(device => device with { DmaMask = ulong.MaxValue }).ToArray())
         select (policy, size, devices)).Sample(
            (policy, size, devices) =>
            {
                // The first maps, and the others come after it.
                var late = Attached(policy, size, devices, [devices[0].Name]);
                var (mapped, reply) = late.Execute(Frame, Map(devices[0].Name));
                if (!reply.IsGranted)
                {
                    return;
                }

                var board = Names(devices)[1..].Aggregate(mapped, (now, device) => now.Execute(Frame, Attach(device)).Next);
                string[] served = [.. board.FrameOf().Attachments
                    .Where(attachment => !attachment.IsPending).Select(attachment => attachment.Name)];

                var early = Attached(policy, size, devices, [.. served.Reverse()]);

                Assert.Equal(served, early.FrameOf().Attachments.Select(attachment => attachment.Name));
                foreach (var device in served)
                {
                    var (_, map) = early.Execute(Frame, Map(device));
                    Assert.True(map.IsGranted || map.Refusal!.Errno == Errno.EIO, map.Refusal?.ToString());
                    if (map.TryGetValue(out var granted))
                    {
                        var demand = early.FrameOf().Attachments.Single(attachment => attachment.Name == device).Demand;
                        Assert.Null(SegmentCheck.FirstViolation(granted.Mapping!.ToTable(), demand, device));
                    }
                }
            },
            iter: 500);

    [Theory]
    [InlineData("own-lists")]
    [InlineData("resplit")]
    public void Three_importers_that_no_one_list_serves_all_attach_in_any_order_before_or_after_the_map(string policy)
    {
        // 200 pages: a segment each, 25 segments of 64 KiB at most, or everything in few.
        Device[] devices =
        [
            new("narrow", new(4096, 256, 0)) { DmaMask = ulong.MaxValue },
            new("few", new(uint.MaxValue, 16, 0)) { DmaMask = ulong.MaxValue },
            new("middle", new(65_536, 64, 0)) { DmaMask = ulong.MaxValue },
        ];
        var choices = NamedPolicies.Find(policy)!;
        Assert.False(Representability.IsRepresentable(
            819_200, devices.Select(device => device.Demand(ParameterDefaults.V61)).Aggregate(DmaConstraints.Intersect)));
        var orders = from a in devices from b in devices.Except([a]) from c in devices.Except([a, b]) select (string[])[a.Name, b.Name, c.Name];
        foreach (var order in orders)
        {
            for (var early = 1; early <= 3; early++)
            {
                var board = Attached(choices, 819_200, devices, order[..early]).After(Map(order[0]));
                board = board.After([.. order[early..].Select(Attach), .. order[1..].Select(Map)]);

                Assert.DoesNotContain(board.FrameOf().Hazards, hazard => hazard.Kind != HazardKind.ByLuck);
                Assert.Equal(200, board.FrameOf().Mappings.Single(mapping => mapping.Name == "narrow").ToTable().EntryCount);
                Assert.InRange(board.FrameOf().Mappings.Single(mapping => mapping.Name == "few").ToTable().EntryCount, 1, 16);
            }
        }
    }

    [Fact]
    public void Who_takes_one_run_makes_the_pages_one_run_for_every_list()
    {
        var devices = new Device[]
        {
            new("whole", null) { RequiresContiguous = true },
            new("narrow", new(4096, 256, 0)),
            // Segments of 12 KiB in windows of 16: scattered pages need 9 of them, one run 12.
            new("gaps", new(12_288, 9, 0x3fff)),
        };
        var policy = NamedPolicies.Find("own-lists")!;

        var shared = Attached(policy, 100_000, devices, ["narrow", "whole"]).After(Map("narrow"), Map("whole"));
        var refused = Attached(policy, 100_000, devices, ["gaps", "narrow", "whole"]);
        var refusal = Attached(policy, 100_000, devices, ["whole"]).RefusalOf(Attach("gaps"));

        Assert.Equal(["cma"], shared.FrameOf().Storage!.Regions);
        Assert.Equal(["gaps", "narrow"], refused.FrameOf().Attachments.Select(attachment => attachment.Name));
        Assert.Equal((Errno.EINVAL, "MaxSegmentCount", 12UL, 9UL), (refusal.Errno, refusal.Field, refusal.Needed, refusal.Limit));
        Assert.StartsWith("whole takes 1 segment, so frame of 100000 bytes must be one range", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_list_is_nobodys_own_so_that_resplitting_cannot_help()
    {
        var policy = new ExporterPolicy { LateAttach = LateAttach.Resplit, Lists = ListSharing.Shared };

        var refusal = Create().Export(new(Frame, 100_000) { Policy = policy }).Next
            .After(Attach("gpu"), Map("gpu")).RefusalOf(Attach("narrow"));

        Assert.Equal((Errno.EBUSY, "MaxSegmentSize"), (refusal.Errno, refusal.Field));
    }

    [Theory]
    [InlineData("first-attach")]
    [InlineData("at-export")]
    [InlineData("mainline")]
    public void Who_allocates_before_the_first_map_promises_nothing(string policy) =>
        Assert.False(NamedPolicies.Find(policy)!.IsAttachOrderFree);

    private static Gen<T> AnyOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(index => items[index]);

    private static bool IsOneRange(Device device) => device.Demand(ParameterDefaults.Direct).MaxSegmentCount == 1;

    private static string[] Names(Device[] devices) => [.. devices.Select(device => device.Name)];

    private static void AssertSame((Board Next, DmaResult<DmaReply> Reply) one, (Board Next, DmaResult<DmaReply> Reply) other)
    {
        Assert.Equal(one.Reply.Refusal?.Reason, other.Reply.Refusal?.Reason);
        if (one.Reply.IsGranted)
        {
            Assert.Equal(one.Next.FrameOf().Storage!.Extents.AsEnumerable(), other.Next.FrameOf().Storage!.Extents);
            Assert.Equal(one.Next.FrameOf().Mappings[0].ToTable().Entries, other.Next.FrameOf().Mappings[0].ToTable().Entries);
        }
    }

    private static Board Attached(ExporterPolicy policy, ulong size, Device[] devices, string[] order)
    {
        var board = Board.Create(Definition with { Devices = [.. devices] }).Value.Export(new(Frame, size) { Policy = policy }).Next;
        foreach (var device in order)
        {
            board = board.Execute(Frame, Attach(device)).Next;
            board.AssertInvariants();
        }

        return board;
    }
}
