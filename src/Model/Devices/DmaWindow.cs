using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>A part of memory as a bus sees it: one entry of <c>dma-ranges</c>.</summary>
/// <param name="CpuStart">Where it begins for the CPU.</param>
/// <param name="BusStart">Where the same byte is on the bus.</param>
/// <param name="SizeBytes">Bytes, 1 or more.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.window")]
public readonly record struct DmaWindow(ulong CpuStart, ulong BusStart, ulong SizeBytes)
{
    /// <summary>The last byte for the CPU.</summary>
    public ulong CpuLast => unchecked(CpuStart + (SizeBytes - 1));

    /// <summary>The last byte on the bus.</summary>
    public ulong BusLast => unchecked(BusStart + (SizeBytes - 1));

    /// <summary>Whether a byte of memory lies in it.</summary>
    public bool Holds(ulong cpuAddress) => cpuAddress >= CpuStart && cpuAddress <= CpuLast;

    /// <summary>Where a byte that it holds is on the bus.</summary>
    public ulong ToBus(ulong cpuAddress) => unchecked(cpuAddress - CpuStart + BusStart);

    /// <inheritdoc/>
    public override string ToString() => CpuStart == BusStart
        ? $"0x{CpuStart:x}-0x{CpuLast:x}"
        : $"0x{CpuStart:x}-0x{CpuLast:x} (bus 0x{BusStart:x})";
}
