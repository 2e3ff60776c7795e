using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Who is refused for the count of a device behind an IOMMU is told so, and which policy would not have.</summary>
public sealed class SuggestTranslatedTests
{
    private const ulong MiB = 1 << 20;

    private const string Names = "vop is behind smmu, which can join scattered pages: under the policy translated";

    private static readonly ExporterPolicy _translated = NamedPolicies.Find("translated")!;

    /// <summary>What refuses under a policy, and whether the same is granted under <c>translated</c>.</summary>
    public static TheoryData<string, Errno> Refused => new()
    {
        { "attach beside a shorter segment", Errno.EINVAL },
        { "attach before a shorter segment", Errno.EINVAL },
        { "attach late", Errno.EBUSY },
        { "attach at the export", Errno.EBUSY },
        { "map what is scattered", Errno.ENOMEM },
        { "attach first", Errno.ENOMEM },
        { "attach late to a list of its own", Errno.EBUSY },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_refusal_for_the_count_of_a_device_behind_an_IOMMU_names_the_policy_that_would_not(string what, Errno errno)
    {
        var (refusal, granted) = Play(what);

        Assert.Equal(errno, refusal.Errno);
        Assert.Contains(Names, refusal.Reason, StringComparison.Ordinal);
        Assert.True(granted);
    }

    [Fact]
    public void A_refusal_that_translation_would_not_change_does_not_name_it()
    {
        var shorter = MappedBoard.Create().SetDevice(new("isp", new(4096, 0, 0)) { Iommu = "smmu", DmaMask = uint.MaxValue }).Next
            .Export(new(Frame, 100_000)).Next;
        Refusal[] refusals =
        [
            // Eight segments of 64 KiB hold no 1 MiB, before translation or after it.
            MappedBoard.With(MiB).RefusalOf(Attach("isp")),
            MappedBoard.With(MiB).RefusalOf(Attach("capture")),
            shorter.After(Attach("wide"), Map("wide")).RefusalOf(Attach("isp")),
            SmallBoard.With(100_000).After(Attach("gpu"), Map("gpu")).RefusalOf(Attach("display")),
            MappedBoard.With(32 * MiB).After(Attach("vop")).RefusalOf(Map("vop")),
            MappedBoard.With(2 * MiB, NamedPolicies.Find("flags")!).After(Attach("vop")).RefusalOf(Map("vop")),
            Beside(new("run", null) { RequiresContiguous = true }).After(Attach("vop")).RefusalOf(Map("vop")),
        ];

        Assert.All(refusals, refusal => Assert.DoesNotContain("translated", refusal.Reason, StringComparison.Ordinal));
    }

    private static (Refusal Refusal, bool IsGranted) Play(string what) => what switch
    {
        "attach beside a shorter segment" => Last(MiB, new(), Attach("vop"), Attach("low")),
        "attach before a shorter segment" => Last(MiB, new(), Attach("low"), Attach("vop")),
        "attach late" => Last(100_000, new(), Attach("wide"), Map("wide"), Attach("vop")),
        "attach at the export" => Last(100_000, new() { Allocation = AllocationTime.AtExport }, Attach("vop")),
        "map what is scattered" => Last(2 * MiB, new(), Attach("vop"), Map("vop")),
        "attach first" => Last(2 * MiB, new() { Allocation = AllocationTime.AtFirstAttach }, Attach("vop")),
        _ => Last(100_000, new() { Lists = ListSharing.Own }, Attach("wide"), Map("wide"), Attach("vop")),
    };

    private static (Refusal Refusal, bool IsGranted) Last(ulong size, ExporterPolicy policy, params DmaCommand[] commands) => (
        MappedBoard.With(size, policy).After(commands[..^1]).RefusalOf(commands[^1]),
        MappedBoard.With(size, policy with { Constraints = _translated.Constraints }).After(commands[..^1])
            .Execute(Frame, commands[^1]).Reply.IsGranted);

    private static Board Beside(Device other)
    {
        var board = Board.Create(MappedBoard.Definition with { Devices = [.. MappedBoard.Definition.Devices, other] }).Value;
        return board.Export(new(Frame, 2 * MiB)).Next.After(Attach(other.Name));
    }
}
