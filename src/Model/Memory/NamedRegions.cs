using System.Collections.Immutable;

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

    /// <summary>The regions that an export needs: those that it names, or else the first one if the kernel's pages are larger than 4 KiB.</summary>
    /// <param name="names">As for <see cref="Find"/>.</param>
    /// <param name="board">The board's regions.</param>
    /// <returns>As <see cref="Find"/>.</returns>
    /// <remarks>The only place that decides this.</remarks>
    public static DmaResult<ImmutableArray<MemoryRegionLayout>> ForExport(NameList names, IEnumerable<MemoryRegionLayout> board) =>
        names.IsEmpty && board.FirstOrDefault() is { PageOrder: not 0 } first ? DmaResult.Grant<ImmutableArray<MemoryRegionLayout>>([first]) : Find(names, board);

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
