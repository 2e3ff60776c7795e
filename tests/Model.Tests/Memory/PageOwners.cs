using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>A small memory kept page by page: which frames a buffer may get, and which token holds each.</summary>
internal sealed class PageOwners
{
    private readonly Dictionary<ulong, AllocationToken?> _owners = [];

    public PageOwners(IEnumerable<MemoryRegionLayout> layouts)
    {
        Layouts = [.. layouts];
        foreach (var layout in Layouts)
        {
            for (ulong index = 0; index < layout.Range.PageCount; index++)
            {
                var every = layout.ReservedEveryPages;
                if (every == 0 || index % every >= layout.ReservedPages)
                {
                    _owners.Add(layout.Range.FirstPfn + index, null);
                }
            }
        }
    }

    /// <summary>The regions.</summary>
    public MemoryRegionLayout[] Layouts { get; }

    /// <summary>Whether a frame exists and nobody holds it.</summary>
    public bool IsFree(ulong pfn) => _owners.TryGetValue(pfn, out var owner) && owner is null;

    /// <summary>Free frames between two frame numbers.</summary>
    public ulong FreeIn(PageExtent range) =>
        (ulong)_owners.Count(page => page.Value is null && page.Key >= range.FirstPfn && page.Key < range.EndPfn);

    /// <summary>Gives every frame of these runs to a token; false when one of them is not free.</summary>
    public bool Take(AllocationToken token, IEnumerable<ulong> pfns)
    {
        foreach (var pfn in pfns)
        {
            if (!IsFree(pfn))
            {
                return false;
            }

            _owners[pfn] = token;
        }

        return true;
    }

    /// <summary>Takes back what a token holds.</summary>
    public void Free(AllocationToken token)
    {
        foreach (var page in _owners.Where(page => page.Value == token).ToList())
        {
            _owners[page.Key] = null;
        }
    }
}
