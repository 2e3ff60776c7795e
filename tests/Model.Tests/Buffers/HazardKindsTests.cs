using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Tests.Buffers;

public class HazardKindsTests
{
    /// <summary>A new kind has to be put on one side: compare weighs the two apart.</summary>
    [Fact]
    public void Every_kind_is_one_of_use_or_one_of_the_exporter() => Assert.Equal(
        [
            HazardKind.AttachedTooLate, HazardKind.ListBreaksLimit, HazardKind.SuccessWithoutAttachment, HazardKind.UnionLeftNarrowed,
            HazardKind.Bounced, HazardKind.PagesReadBehindTranslation, HazardKind.UnionKeptAtDetach, HazardKind.ByLuck, HazardKind.NoListExists,
            HazardKind.NoStructPages, HazardKind.ExportersAddresses, HazardKind.SharedAddresses,
        ],
        Enum.GetValues<HazardKind>().Where(kind => !kind.IsOfUse()));
}
