using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.MappedBoard;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Policies;

/// <summary>Exporters that try to map before they let anybody attach (thread #12).</summary>
public sealed class AttachTestTests
{
    private static readonly string[] _devices = ["gpu", "vop", "isp", "stacked", "ttm", "nic", "farnic", "wide", "low", "capture"];

    private static readonly Gen<DmaCommand> _command = Gen.Frequency(
        (5, Gen.OneOf(_devices).Select(Attach)),
        (4, Gen.OneOf(_devices).Select(Map)),
        (2, Gen.OneOf(_devices).Select(GetPfns)),
        (2, Gen.OneOf(_devices).Select(Unmap)),
        (1, Gen.OneOf(_devices).Select(Detach)));

    [Fact]
    public void An_attach_is_refused_with_what_a_map_would_be_refused_with_right_after_it_and_nothing_is_kept() =>
        Gen.Select(
            RandomPolicies.Any,
            Gen.OneOf(AttachTest.Map, AttachTest.MapWithoutCopy),
            Gen.OneOf(5000UL, 60_000UL, 300_000UL, 1_000_000UL),
            Gen.OneOf(null, "ram", "vram", "splash"),
            _command.Array[1, 25]).Sample((policy, test, size, memory, commands) =>
        {
            // Two boards alike, but that one exporter tries nothing.
            var (tested, untested) = (Exported(policy with { AttachTest = test }, size, memory), Exported(policy with { AttachTest = AttachTest.None }, size, memory));
            if (tested.Buffer(Frame) is null)
            {
                return;
            }

            foreach (var command in commands)
            {
                var (next, reply) = tested.Execute(Frame, command);
                var (other, expected) = untested.Execute(Frame, command);
                next.AssertInvariants();
                if (command is DmaCommand.Attach attach && expected.IsGranted && untested.FrameOf().Attachments.All(known => known.Name != attach.Attachment)
                    && other.FrameOf().Attachments.Any(known => known.Name == attach.Attachment))
                {
                    Assert.Equal(RefusalRightAfter(other, attach, test), reply.Refusal);
                }
                else
                {
                    // Where both are refused, the trial may have come before memory was asked.
                    Assert.Equal(expected.IsGranted, reply.IsGranted);
                    Assert.True(command is DmaCommand.Attach || expected.Refusal == reply.Refusal);
                }

                if (!ReferenceEquals(next, tested) && !reply.IsGranted && expected.IsGranted)
                {
                    // As the patch was posted: the exporter's refusal leaves the union narrowed.
                    Assert.Equal(CountOf(tested, HazardKind.UnionLeftNarrowed) + 1, CountOf(next, HazardKind.UnionLeftNarrowed));
                    Assert.Equal(CountOf(tested) + 1, CountOf(next));
                    return;
                }

                Assert.True(reply.IsGranted || expected.Refusal is not null || ReferenceEquals(next, tested));
                (tested, untested) = (next, reply.IsGranted == expected.IsGranted ? other : untested);
                Assert.Equal(untested.Memory.Describe().AsEnumerable(), tested.Memory.Describe());
                Assert.Equal(untested.Translation.Held, tested.Translation.Held);
            }
        }, iter: 200);

    [Fact]
    public void Attach_refuses_with_EIO_who_would_not_reach_what_memory_gives()
    {
        var board = Small(4096, new() { AttachTest = AttachTest.Map });

        var refusal = board.RefusalOf(Attach("deaf"));

        Assert.Equal((Errno.EIO, "deaf", "DmaMask"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Null(board.After(Attach("gpu")).FrameOf().Storage);
    }

    [Fact]
    public void Attach_refuses_with_EIO_who_does_not_reach_the_storage()
    {
        var mapped = MappedBoard.With(4096, new() { AttachTest = AttachTest.Map }).After(Attach("wide"), Map("wide"));

        Assert.Equal((Errno.EIO, "DmaMask"), Of(mapped.RefusalOf(Attach("low"))));
    }

    [Theory]
    [InlineData(4096UL * 1024, false)]
    [InlineData(4096UL * 2048, true)]
    public void Attach_refuses_with_ENOMEM_where_memory_has_no_such_buffer(ulong size, bool refuses)
    {
        var reply = Small(size, new() { AttachTest = AttachTest.Map }).Execute(Frame, Attach("gpu")).Reply;

        Assert.Equal(refuses ? Errno.ENOMEM : null, reply.Refusal?.Errno);
    }

    [Fact]
    public void Attach_refuses_who_would_be_bounced_only_where_no_copy_is_asked_for()
    {
        var bouncing = NamedPolicies.Find("mainline-bouncing")!;
        Board Attached(AttachTest test) => MappedBoard.With(4096, bouncing with { AttachTest = test }).After(Attach("wide"));

        Assert.True(Attached(AttachTest.Map).Execute(Frame, Attach("low")).Reply.IsGranted);
        Assert.Equal((Errno.EIO, "DmaMask"), Of(Attached(AttachTest.MapWithoutCopy).RefusalOf(Attach("low"))));
    }

    [Fact]
    public void Attach_refuses_whom_no_bus_leads_to_the_memory()
    {
        var vram = MappedBoard.With(4096, new() { AttachTest = AttachTest.Map }, "vram");

        Assert.Equal((Errno.EREMOTEIO, "PeerBus"), Of(vram.RefusalOf(Attach("farnic"))));
    }

    [Fact]
    public void Who_waits_for_the_storage_to_move_is_not_tried()
    {
        var policy = NamedPolicies.Find("migrate")! with { AttachTest = AttachTest.Map };
        var mapped = MappedBoard.With(100_000, policy).After(Attach("wide"), Map("wide"));

        Assert.True(mapped.After(Attach("vop")).FrameOf().Attachments.Single(known => known.Name == "vop").IsPending);
    }

    [Fact]
    public void A_policy_with_an_unknown_test_is_EINVAL() =>
        Assert.Equal((Errno.EINVAL, "Policy"), Of(new ExporterPolicy { AttachTest = (AttachTest)3 }.Check()!));

    private static Board Small(ulong size, ExporterPolicy policy) => SmallBoard.Create().Export(new(Frame, size) { Policy = policy }).Next;

    private static Board Exported(ExporterPolicy policy, ulong size, string? memory) =>
        MappedBoard.Create().Export(new(Frame, size) { Policy = policy, Memory = memory is null ? default : new(memory) }).Next;

    private static Refusal? RefusalRightAfter(Board attached, DmaCommand.Attach attach, AttachTest test)
    {
        var frame = attached.FrameOf();
        return frame.Attachments.Single(known => known.Name == attach.Attachment).IsPending && !frame.Mappings.IsEmpty && !frame.Policy.Pinned
            ? null
            : attached.TestMap(
                Frame, attach.Attachment, DmaDirection.Bidirectional, test == AttachTest.MapWithoutCopy ? MapOptions.NoBounce : MapOptions.None).Refusal;
    }

    private static (Errno Errno, string? Field) Of(Refusal refusal) => (refusal.Errno, refusal.Field);

    private static ulong CountOf(Board board, HazardKind? kind = null) => board.FrameOf().Hazards
        .Where(hazard => kind is null || hazard.Kind == kind)
        .Aggregate(0UL, (count, hazard) => count + hazard.Count);
}
