using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;

namespace DmaGrains.Reports;

/// <summary>A board.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its display name.</param>
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
    /// <summary>Bytes in a page of its kernel; null, and not written, when that is 4096.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public uint? PageSize { get; init; }

    /// <summary>The report of a board.</summary>
    public static BoardReport Of(BoardDefinition board, ImmutableArray<RegionUse> memory) => new(
        board.Name,
        board.Title,
        [.. board.Devices.Select(device => DeviceReport.Of(device, board))],
        [.. board.Stages.Select(IommuReport.Of)],
        memory)
    {
        PageSize = board.PageOrder == 0 ? null : Page.SizeOf(board.PageOrder),
    };
}
