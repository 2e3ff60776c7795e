using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>A part of memory as a bus sees it: one entry of <c>dma-ranges</c>.</summary>
/// <param name="CpuStart">The CPU address of its first byte.</param>
/// <param name="BusStart">The bus address of the same byte.</param>
/// <param name="SizeBytes">Bytes, 1 or more.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.window")]
public readonly record struct DmaWindow(ulong CpuStart, ulong BusStart, ulong SizeBytes)
{
    /// <summary>The CPU address of its last byte.</summary>
    public ulong CpuLast => unchecked(CpuStart + (SizeBytes - 1));

    /// <summary>The bus address of its last byte.</summary>
    public ulong BusLast => unchecked(BusStart + (SizeBytes - 1));

    /// <summary>Whether a CPU address lies in the window.</summary>
    public bool Holds(ulong cpuAddress) => cpuAddress >= CpuStart && cpuAddress <= CpuLast;

    /// <summary>The bus address of a CPU address in the window.</summary>
    public ulong ToBus(ulong cpuAddress) => unchecked(cpuAddress - CpuStart + BusStart);

    /// <inheritdoc/>
    public override string ToString() => CpuStart == BusStart
        ? $"0x{CpuStart:x}-0x{CpuLast:x}"
        : $"0x{CpuStart:x}-0x{CpuLast:x} (bus 0x{BusStart:x})";
}
