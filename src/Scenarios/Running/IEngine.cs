using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>A board on which a scenario is played: the pure model, or grains.</summary>
public interface IEngine
{
    /// <summary>Exports a buffer.</summary>
    Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin);

    /// <summary>Carries out a command on a buffer.</summary>
    Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command);

    /// <summary>The buffer as it is.</summary>
    Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer);

    /// <summary>How full the board's memory is.</summary>
    Task<ImmutableArray<RegionUse>> DescribeMemoryAsync();
}
