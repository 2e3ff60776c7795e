using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Describing;

/// <summary>A board.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Devices">Its devices.</param>
/// <param name="Iommus">Its MMUs.</param>
/// <param name="Memory">Its memory, and how full it is.</param>
public sealed record BoardReport(
    string Name,
    string Title,
    ImmutableArray<DeviceReport> Devices,
    ImmutableArray<IommuReport> Iommus,
    ImmutableArray<RegionUse> Memory)
{
    /// <summary>The report of a board.</summary>
    public static BoardReport Of(BoardDefinition board, ImmutableArray<RegionUse> memory) => new(
        board.Name,
        board.Title,
        [.. board.Devices.Select(device => DeviceReport.Of(device, board))],
        [.. board.Stages.Select(IommuReport.Of)],
        memory);
}
