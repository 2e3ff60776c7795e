using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What a mapping holds, with the request that it answers, so that a repeat gets the same addresses.</summary>
/// <param name="Request">The request <see cref="DmaMapRequest.WithoutPages"/>.</param>
/// <param name="PagesDigest">
/// Identifies the pages, which their buffer stores. The storage's token is not enough: an unacknowledged allocation may be made again under
/// the same token, with other pages.
/// </param>
/// <param name="Mapped">What it holds; never <see cref="DmaMapped.Nothing"/>.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.held-mapping")]
public sealed record HeldMapping(DmaMapRequest Request, ulong PagesDigest, DmaMapped Mapped)
{
    /// <summary>Records what a request was given.</summary>
    public static HeldMapping Of(DmaMapRequest request, DmaMapped mapped) =>
        new(request.WithoutPages(), DigestOf(request.Storage.Extents), mapped);

    /// <summary>Whether a request asks for this mapping of the same pages again.</summary>
    public bool IsOf(DmaMapRequest request) =>
        Request.IsRepeatOf(request) && PagesDigest == DigestOf(request.Storage.Extents);

    /// <summary>Lists that differ in one extent always have different digests; others collide as rarely as random 64-bit numbers.</summary>
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
