using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Silo.Http;

/// <summary>A page of a listing.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">In the listing's own order; a page may be short or empty while more follow.</param>
/// <param name="Next">The cursor of the next page; null when this is the last.</param>
internal sealed record PageReport<T>(ImmutableArray<T> Items, string? Next);

/// <summary>The sizes of pages.</summary>
internal static class PageReport
{
    /// <summary>The most items of a page.</summary>
    public const int CountMax = 100;

    /// <summary>The items of a page, unless a request says otherwise.</summary>
    public const int CountDefault = 20;

    /// <summary>Null when a page may have that many items; else EINVAL naming Count.</summary>
    public static Refusal? CheckCount(int count) => count is >= 1 and <= CountMax
        ? null
        : Refusal.Of(Errno.EINVAL, "Count", $"Count is {count}: expected 1 to {CountMax}.");
}
