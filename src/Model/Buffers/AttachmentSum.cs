using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Buffers;

/// <summary>The combined properties of some importers that every command looks at; <see cref="PageNeeds"/> has the others.</summary>
/// <param name="Union">The most restrictive combination of their demands (thread #0).</param>
/// <param name="IsPending">Whether at least one waits for the storage to move.</param>
/// <param name="HasList">Whether the list of at least one has been built and is kept.</param>
public readonly record struct AttachmentSum(DmaConstraints Union, bool IsPending, bool HasList)
{
    internal static AttachmentSum Add(in AttachmentSum one, in AttachmentSum other) => new(
        DmaConstraints.Intersect(one.Union, other.Union), one.IsPending || other.IsPending, one.HasList || other.HasList);
}
