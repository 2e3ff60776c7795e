using System.Collections.Immutable;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.Listings;
using DmaGrains.Kernel.Logs;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Doctoring;

/// <summary>Reads all that a machine shows of its shared buffers, and holds it against the machine's own board.</summary>
/// <remarks>
/// Source: drivers/dma-buf/dma-buf.c (bufinfo), kernel/dma/swiotlb.c (io_tlb_*, in slots of 2 KiB), mm/cma_sysfs.c (alloc_pages_fail,
/// total_pages, available_pages), mm/cma_debug.c (count, used), kernel/dma/debug.c (error_count, dump).
/// </remarks>
public static class Doctor
{
    private const string Bufinfo = "/sys/kernel/debug/dma_buf/bufinfo";
    private const string SysfsBuffers = "/sys/kernel/dmabuf/buffers";
    private const string Swiotlb = "/sys/kernel/debug/swiotlb/";
    private const string Areas = "/sys/kernel/mm/cma";
    private const string DebugAreas = "/sys/kernel/debug/cma";
    private const string DmaApi = "/sys/kernel/debug/dma-api/";
    private const ulong SlotBytes = 2048;

    /// <summary>Looks at a machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="captured">What <see cref="Capture"/> made of it.</param>
    /// <param name="log">Its kernel log; null for none.</param>
    /// <param name="logName">The log's name in messages.</param>
    public static DoctorReport Examine(MachineTree machine, CaptureReport captured, KernelLog? log = null, string logName = "the log")
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(captured);
        var board = captured.Text is { } text ? BoardFile.Parse(text, "the captured board") : null;
        var limits = board is null ? null : new TraceLimits(board, ImmutableDictionary<string, string>.Empty);
        var unknown = ImmutableArray.CreateBuilder<UnreadPath>();
        var buffers = BuffersOf(machine, board, unknown);
        var pools = PoolsOf(machine, Page.SizeOf(board?.PageOrder ?? 0), unknown);
        var errors = machine.NumberIfAny($"{DmaApi}error_count");
        if (errors is null)
        {
            unknown.Add(new($"{DmaApi}error_count", "no such file, or it needs root and a mounted debugfs, or the kernel has no DMA-API debugging: what is mapped, and whether drivers break the DMA API's rules"));
        }

        foreach (var holder in buffers?.Holders.Where(holder => holder.BoardDevice is null) ?? [])
        {
            unknown.Add(new(HarmlessText.Of(holder.Device), "holds buffers and is not among the devices that were captured: whether it can be served"));
        }

        unknown.AddRange(captured.Unread.Where(unread => unknown.All(known => known.Path != unread.Path)));
        return new(
            captured,
            buffers,
            pools,
            errors,
            machine.BytesIfAny($"{DmaApi}dump") is { Length: > 0 } dump ? LogReport.Of($"{DmaApi}dump", KernelLog.Read(new MemoryStream(dump), $"{DmaApi}dump"), limits) : null,
            log is null ? null : LogReport.Of(logName, log, limits),
            unknown.ToImmutable());
    }

    private static ImportReport? BuffersOf(MachineTree machine, BoardDefinition? board, ImmutableArray<UnreadPath>.Builder unknown)
    {
        try
        {
            if (machine.BytesIfAny(Bufinfo) is { Length: > 0 } text)
            {
                return Report(Bufinfo, KernelListing.Read(Bufinfo, () => new MemoryStream(text)));
            }

            if (machine.IsFolder(SysfsBuffers) && machine.Names(SysfsBuffers).Count > 0)
            {
                return Report(SysfsBuffers, KernelListing.Read(Path.Combine(machine.Root, SysfsBuffers[1..])));
            }

            unknown.Add(new(Bufinfo, "no such file, or it needs root and a mounted debugfs: which buffers there are, and who holds them"));
        }
        catch (FileFormatException problem)
        {
            unknown.Add(new(Bufinfo, HarmlessText.Of(problem.Message)));
        }

        return null;

        ImportReport Report(string file, ImportedListing listing) => ImportReport.Of(
            file, listing, board?.Name, board is null ? null : BoardFit.On(board, ImmutableDictionary<string, string>.Empty));
    }

    private static ImmutableArray<MemoryPoolReport> PoolsOf(MachineTree machine, ulong pageBytes, ImmutableArray<UnreadPath>.Builder unknown)
    {
        var pools = ImmutableArray.CreateBuilder<MemoryPoolReport>();
        if (machine.NumberIfAny($"{Swiotlb}io_tlb_nslabs") is { } slots)
        {
            pools.Add(new(
                "bounce pool", slots * SlotBytes, machine.NumberIfAny($"{Swiotlb}io_tlb_used") * SlotBytes, machine.NumberIfAny($"{Swiotlb}io_tlb_used_hiwater") * SlotBytes, null));
        }
        else
        {
            unknown.Add(new($"{Swiotlb}io_tlb_nslabs", "no such file, or it needs root and a mounted debugfs: how full the bounce pool is, if there is one"));
        }

        var names = machine.Names(Areas).Union(machine.Names(DebugAreas)).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            var pages = machine.NumberIfAny($"{Areas}/{name}/total_pages") ?? machine.NumberIfAny($"{DebugAreas}/{name}/count");
            var used = machine.NumberIfAny($"{Areas}/{name}/available_pages") is { } free && pages is { } all ? all - Math.Min(all, free)
                : machine.NumberIfAny($"{DebugAreas}/{name}/used");
            pools.Add(new(
                HarmlessText.Of(name), pages * pageBytes, used * pageBytes, null, machine.NumberIfAny($"{Areas}/{name}/alloc_pages_fail")));
        }

        if (names.Count == 0)
        {
            unknown.Add(new(Areas, "no such folder: whether contiguous areas ran out of memory, if there are any"));
        }

        return pools.ToImmutable();
    }
}
