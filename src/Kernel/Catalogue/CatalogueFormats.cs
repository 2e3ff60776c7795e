using System.Collections.Immutable;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>The formats of pixels that a part of a driver takes.</summary>
/// <param name="Names">The kernel's names without their prefix, such as <c>XRGB8888</c> (DRM) or <c>NV12</c> (V4L2).</param>
/// <param name="For">Of which part; null for the driver as a whole.</param>
/// <param name="At">The kernel's file and the lines that list them: <c>drivers/…/file.c:12-34</c>.</param>
public sealed record CatalogueFormats(ImmutableArray<string> Names, string? For, string At);
