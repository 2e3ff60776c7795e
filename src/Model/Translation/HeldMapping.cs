using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>A mapping that holds something: what was asked and what was given, so that a repeat gets the same answer.</summary>
/// <param name="Request">The request <see cref="DmaMapRequest.WithoutPages"/>.</param>
/// <param name="PagesDigest">
/// Stands for the pages, which their buffer keeps. The storage's token does not: memory that was never acknowledged may be given
/// anew under the same token, in other pages.
/// </param>
/// <param name="Mapped">What it holds; not nothing.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.held-mapping")]
public sealed record HeldMapping(DmaMapRequest Request, ulong PagesDigest, DmaMapped Mapped)
{
    /// <summary>What a request was given.</summary>
    public static HeldMapping Of(DmaMapRequest request, DmaMapped mapped) =>
        new(request.WithoutPages(), DigestOf(request.Storage.Extents), mapped);

    /// <summary>Whether this will do for a request: the same mapping of the same pages.</summary>
    public bool IsOf(DmaMapRequest request) =>
        Request.IsRepeatOf(request) && PagesDigest == DigestOf(request.Storage.Extents);

    /// <summary>
    /// Two lists of extents that differ in one extent have two digests; that others share one by chance is as likely as drawing the
    /// same 64-bit number twice.
    /// </summary>
    private static ulong DigestOf(ImmutableArray<PageExtent> extents)
    {
        var digest = (ulong)extents.Length;
        foreach (var (first, count) in extents)
        {
            digest = unchecked((BitOperations.RotateLeft(digest, 23) ^ (first + (count * 0x9e3779b97f4a7c15))) * 0xff51afd7ed558ccd);
        }

        return digest;
    }
}
