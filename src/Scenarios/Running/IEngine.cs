using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>A board on which a scenario is played: the model, or grains.</summary>
public interface IEngine
{
    /// <summary>Exports a buffer.</summary>
    Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin);

    /// <summary>Carries out a command on a buffer.</summary>
    Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command);

    /// <summary>The reply that a map would get; nothing is held afterwards.</summary>
    Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options);

    /// <summary>Switches the MMU of a device to another of its contexts; null when done.</summary>
    Task<Refusal?> SwitchContextAsync(string device, uint context);

    /// <summary>Changes the DMA parameters of a device; null when done.</summary>
    Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters);

    /// <summary>Computes the union from the importers' present parameters; changes nothing.</summary>
    Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer);

    /// <summary>The current state of a buffer.</summary>
    Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer);

    /// <summary>How full the board's memory is.</summary>
    Task<ImmutableArray<RegionUse>> DescribeMemoryAsync();
}
