using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Memory;

/// <summary>The board's regions that an exporter names for a buffer.</summary>
public static class NamedRegions
{
    private const string Field = "Memory";

    /// <summary>Checks the names by themselves, without a board; null when they are valid.</summary>
    /// <returns>ENOSPC for more names than a board can have regions, EINVAL for an invalid or repeated name; all naming Memory.</returns>
    public static Refusal? Check(NameList names)
    {
        if (names.Names.Length > PhysicalMemory.RegionsMax)
        {
            return new(
                Errno.ENOSPC, null, Field, (ulong)names.Names.Length, PhysicalMemory.RegionsMax,
                $"{names.Names.Length} regions are named: expected at most {PhysicalMemory.RegionsMax}.");
        }

        foreach (var name in names.Names)
        {
            if (!ModelName.IsValid(name))
            {
                return ModelName.Check(name, Field);
            }
        }

        var twice = names.Names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : Refuse($"Region {twice.Key} is named twice.");
    }

    /// <summary>Looks up the regions.</summary>
    /// <param name="names">Names that passed <see cref="Check"/>; none means system RAM and contiguous areas.</param>
    /// <param name="board">The board's regions.</param>
    /// <returns>
    /// The regions in the order named, with or without struct pages; no allocation takes from both (thread #54). EINVAL naming Memory for
    /// an unknown region and for the bounce pool.
    /// </returns>
    /// <remarks>The only place that looks names up.</remarks>
    public static DmaResult<ImmutableArray<MemoryRegionLayout>> Find(NameList names, IEnumerable<MemoryRegionLayout> board)
    {
        if (names.IsEmpty)
        {
            return DmaResult.Grant(ImmutableArray<MemoryRegionLayout>.Empty);
        }

        var regions = board.ToDictionary(region => region.Name);
        var found = ImmutableArray.CreateBuilder<MemoryRegionLayout>(names.Names.Length);
        foreach (var name in names.Names)
        {
            if (name is null || !regions.TryGetValue(name, out var region))
            {
                return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(Refuse(
                    $"The board has no region {ModelName.Quoted(name)}: expected one of {string.Join(", ", regions.Keys)}."));
            }

            found.Add(region);
        }

        return CheckPool(found) is { } refusal
            ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(refusal)
            : DmaResult.Grant(found.ToImmutable());
    }

    /// <summary>
    /// The regions that an export needs: those that it names, else its exporter's own area, else the first one, as nobody's own, if the
    /// kernel's pages are larger than 4 KiB.
    /// </summary>
    /// <param name="names">As for <see cref="Find"/>.</param>
    /// <param name="board">The board's regions.</param>
    /// <param name="exporter">The exporter; null for a heap.</param>
    /// <returns>
    /// As <see cref="Find"/>; EINVAL naming Memory when the exporter has several areas of its own; EOPNOTSUPP naming BouncePool when its
    /// memory comes from its bounce pool.
    /// </returns>
    /// <remarks>The only place that decides this.</remarks>
    public static DmaResult<ImmutableArray<MemoryRegionLayout>> ForExport(NameList names, IEnumerable<MemoryRegionLayout> board, Device? exporter)
    {
        if (!names.IsEmpty)
        {
            return Find(names, board);
        }

        var own = AreasOf(exporter, board);
        return own is [{ Kind: MemoryKind.Bounce } pool]
            ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.EOPNOTSUPP, exporter!.Name, SwiotlbPool.PoolField, null, null,
                $"{exporter.Name} takes its memory from {pool.Name}, its bounce pool, which no board hands out, and Linux in at most {SwiotlbPool.SetBytes} bytes: expected other memory by name, or another exporter."))
            : own.Length > 1
            ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.EINVAL, exporter!.Name, Field, null, null,
                $"{exporter.Name} has areas of its own, {string.Join(", ", own.Select(region => region.Name))}: expected the one that its driver takes, or other memory, by name."))
            : DmaResult.Grant<ImmutableArray<MemoryRegionLayout>>(
                own.IsEmpty && board.FirstOrDefault() is { PageOrder: not 0 } first ? [first with { Users = default }] : own);
    }

    /// <summary>
    /// The areas of a device's own from which the DMA API allocates for it, whatever its driver asks for: of a device behind an MMU none,
    /// whose pages come from anywhere. Where everything is copied for the device, its bounce pool comes before a contiguous area.
    /// </summary>
    /// <param name="device">The device; null for a heap.</param>
    /// <param name="board">The board's regions.</param>
    /// <remarks>
    /// Source: kernel/dma/coherent.c (dma_alloc_from_dev_coherent) and kernel/dma/contiguous.c (dma_alloc_contiguous), neither of which goes on
    /// to another area; kernel/dma/direct.c (is_swiotlb_for_alloc); drivers/iommu/dma-iommu.c (iommu_dma_alloc). The only place that decides
    /// this.
    /// </remarks>
    public static ImmutableArray<MemoryRegionLayout> AreasOf(Device? device, IEnumerable<MemoryRegionLayout> board)
    {
        if (device is null or { IsTranslated: true })
        {
            return [];
        }

        var own = board.Where(region => region.Users.Names.Contains(device.Name)).ToList();
        var pool = own.FindAll(region => region.Kind == MemoryKind.Bounce);
        var asked = device.OwnAreaByName ? [] : own.FindAll(region => region.Kind == MemoryKind.Carveout || (pool.Count == 0 && region.Kind == MemoryKind.Contiguous));
        return [.. asked.Count == 0 ? pool : asked];
    }

    /// <summary>The regions that the requests of an export for pages name: those that it names itself, or its exporter's own area.</summary>
    /// <param name="names">As for <see cref="Find"/>.</param>
    /// <param name="board">The board's regions.</param>
    /// <param name="exporter">The exporter; null for a heap.</param>
    public static NameList Requested(NameList names, IEnumerable<MemoryRegionLayout> board, Device? exporter) =>
        names.IsEmpty && AreasOf(exporter, board) is [var own] ? new(own.Name) : names;

    /// <summary>Whether an allocation may take pages of a region: of those that are named, or else of those that need not be named.</summary>
    /// <param name="names">As for <see cref="Find"/>.</param>
    /// <param name="region">A region of the board.</param>
    /// <remarks>The only place that decides from which regions pages come.</remarks>
    public static bool MayGive(NameList names, MemoryRegionLayout region) => names.IsEmpty
        ? !region.Kind.IsNamedOnly() && region.Users.IsEmpty
        : region.Kind.HoldsBuffers() && names.Names.Contains(region.Name);

    private static Refusal? CheckPool(ICollection<MemoryRegionLayout> regions)
    {
        return regions.FirstOrDefault(region => !region.Kind.HoldsBuffers()) is { } pool
            ? Refuse($"Region {pool.Name} is the bounce pool; no buffer is allocated from it.")
            : null;
    }

    private static Refusal Refuse(string reason) => Refusal.Of(Errno.EINVAL, Field, reason);
}
