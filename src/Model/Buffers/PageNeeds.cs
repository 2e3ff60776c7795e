using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Buffers;

/// <summary>What some importers need of a buffer's pages, whatever the exporter checks.</summary>
/// <param name="OfEntries">The most restrictive combination of what they need of the list's entries (<see cref="Attachment.OnPages"/>).</param>
/// <param name="Barred">The named regions that at least one of them may not use, one bit for each.</param>
/// <param name="Unrouted">The named peer regions that no bus connects to at least one of them, one bit for each.</param>
internal readonly record struct PageNeeds(DmaConstraints OfEntries, ulong Barred, ulong Unrouted)
{
    public static PageNeeds Of(ReadOnlySpan<Attachment> importers)
    {
        var needs = new PageNeeds(DmaConstraints.Unconstrained, 0, 0);
        foreach (var importer in importers)
        {
            needs = Add(needs, new(importer.OnPages, importer.Barred, importer.Unrouted));
        }

        return needs;
    }

    public static PageNeeds Add(PageNeeds one, PageNeeds other) => new(
        DmaConstraints.Intersect(one.OfEntries, other.OfEntries), one.Barred | other.Barred, one.Unrouted | other.Unrouted);
}
