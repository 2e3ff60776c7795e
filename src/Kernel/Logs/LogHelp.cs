using DmaGrains.Kernel.Tracing;
using DmaGrains.Model;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Kernel.Logs;

/// <summary>What a board knows of the devices of a log: which memory they reach, what they take, what there is in their stead.</summary>
internal static class LogHelp
{
    /// <summary>What would help on this board, in a sentence or two; null when the board has not that device, or knows nothing to the point.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="limits">The board.</param>
    public static string? On(LogFinding finding, TraceLimits limits)
    {
        var board = limits.Board;
        if (finding.Kind == LogKind.AreaFull)
        {
            var areas = board.Memory.Where(region => region.Kind == MemoryKind.Contiguous).ToList();
            return areas.Count == 0
                ? $"{board.Name} has no contiguous area."
                : $"{board.Name} has {string.Join(", ", areas.Select(area => $"{area.Name} of {area.Range.PageCount * Page.SizeBytes} bytes"))}"
                    + (finding.SizeBytes is { } size && areas.All(area => area.Range.PageCount * Page.SizeBytes < size) ? ": none is that long, so such a buffer never fits." : ".");
        }

        if (finding.Device is not { } kernel || limits.DeviceOf(kernel) is not { } name)
        {
            return null;
        }

        var device = board.Devices.First(known => known.Name == name);
        var demand = device.Demand(ParameterDefaults.V61);
        return finding.Kind switch
        {
            LogKind.PoolFull or LogKind.OutOfReach when device.ForcedPool is { } pool => OfPool(device, board.RestrictedPools.First(region => region.Name == pool), finding.Kind),
            LogKind.OutOfReach or LogKind.PoolFull => OfReach(device, limits),
            LogKind.SegmentTooLong => $"On {board.Name}, {name} takes segments of at most {demand.MaxSegmentSize} bytes{(demand.MaxSegmentSize >= (finding.SizeBytes ?? 0) ? ": the running driver says less than the board does" : string.Empty)}; with the union of limits (policy refuse) its lists would be cut so.",
            LogKind.SegmentAcrossBoundary => $"On {board.Name}, {name} has the boundary mask 0x{demand.SegmentBoundaryMask:x}; with the union of limits (policy refuse) its lists would be cut there.",
            LogKind.IommuFault => device.IsTranslated
                ? $"On {board.Name}, {name} is behind {device.LastMmu}: it has to use the addresses that its maps return, and only while they last."
                : $"On {board.Name}, {name} is behind no IOMMU, and the running kernel has one in front of it: the board does not match this machine.",
            LogKind.ImportFailed when device.RequiresContiguous => $"On {board.Name}, {name} takes one contiguous range only: export from {NamesOf(board.Memory.Where(region => region.Kind == MemoryKind.Contiguous), "a contiguous area, of which it has none")}.",
            _ => null,
        };
    }

    private static string OfPool(Device device, MemoryRegionLayout pool, LogKind kind) =>
        $"Everything is copied for {device.Name} through {pool.Name}, a bounce pool of its own of {pool.Range.SizeBytes} bytes" + (kind == LogKind.PoolFull
            ? ", for as long as its lists are mapped."
            : ": is this kernel built without restricted pools (CONFIG_DMA_RESTRICTED_POOL)?");

    private static string OfReach(Device device, TraceLimits limits)
    {
        var board = limits.Board;
        if (device.IsTranslated)
        {
            return $"On {board.Name}, {device.Name} is behind {device.LastMmu} and needs no copies: is the IOMMU off or in passthrough here?";
        }

        var heaps = board.Memory.Where(region => region.Kind is MemoryKind.System or MemoryKind.Contiguous).ToList();
        var reached = heaps.Where(region => device.PageReach.Holds(region.Range.FirstPfn << Page.Shift, region.Range.PageCount << Page.Shift)).ToList();
        var pool = board.BouncePool is { } bounce ? $"; its bounce pool has {bounce.Range.PageCount << Page.Shift} bytes" : "; it has no bounce pool";
        return $"On {board.Name}, {device.Name} reaches addresses up to 0x{device.PageReach.HighestCpuAddress:x}: of its memory, {NamesOf(reached, "no region as a whole")}. Buffers that {device.Name} imports should be exported from there{pool}.";
    }

    private static string NamesOf(IEnumerable<MemoryRegionLayout> regions, string none)
    {
        var names = regions.Select(region => region.Name).ToList();
        return names.Count == 0 ? none : string.Join(", ", names);
    }
}
