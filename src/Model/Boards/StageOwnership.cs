using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <summary>Who may own an MMU's tables (thread #44, #46, #47).</summary>
/// <remarks>
/// Driver core sets up what the DMA API needs before it probes a driver. A driver can own tables only if no other device's mappings go
/// through them: the MMU must have a single device behind it, and be the one nearest to that device.
/// </remarks>
public static class StageOwnership
{
    /// <summary>Null when the stated owner may own the tables.</summary>
    /// <param name="stage">The MMU.</param>
    /// <param name="devices">The board's devices.</param>
    /// <returns>EBUSY naming Owner when a driver is stated but the DMA API owns them.</returns>
    public static Refusal? Check(IommuStage stage, IEnumerable<Device> devices)
    {
        if (stage.Owner != StageOwner.Driver)
        {
            return null;
        }

        var behind = devices.Where(device => device.Iommu == stage.Name || device.BusMmu == stage.Name).Take(2).ToList();
        return behind switch
        {
            [var one, var other] => Refuse(
                null, $"{one.Name} and {other.Name} share {stage.Name}: the DMA API manages its tables, not a driver."),
            [{ Iommu: { } own } one] when own != stage.Name => Refuse(
                one.Name, $"{one.Name} has {own} of its own above {stage.Name}, whose tables the DMA API manages, not a driver."),
            _ => null,
        };
    }

    private static Refusal Refuse(string? importer, string reason) =>
        new(Errno.EBUSY, importer, nameof(IommuStage.Owner), null, null, reason);
}
