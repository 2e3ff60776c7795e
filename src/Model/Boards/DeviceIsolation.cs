using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <summary>How well a board's MMUs isolate its devices (thread #46).</summary>
public static class DeviceIsolation
{
    /// <summary>The isolation of a device. Its accesses go through all stacked MMUs, so the better one counts.</summary>
    /// <param name="device">The device, on the board or to be added.</param>
    /// <param name="board">The board, with the MMUs that the device names.</param>
    /// <remarks>The only place that decides this.</remarks>
    public static Isolation Of(Device device, BoardDefinition board)
    {
        var isolation = Isolation.None;
        foreach (var stage in board.Stages.Where(stage => IsBehind(device, stage)))
        {
            var best = board.Devices.Any(other => other.Name != device.Name && IsBehind(other, stage)) ? Isolation.Shared
                : stage.ContextCount == 1 ? Isolation.Own
                : Isolation.PerContext;
            isolation = best > isolation ? best : isolation;
        }

        return isolation;
    }

    private static bool IsBehind(Device device, IommuStage stage) =>
        device.Iommu == stage.Name || device.BusMmu == stage.Name;
}
