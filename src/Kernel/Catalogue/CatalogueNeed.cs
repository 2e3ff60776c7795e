namespace DmaGrains.Kernel.Catalogue;

/// <summary>What a driver needs of the layout of a buffer. It is told, and held against no buffer.</summary>
/// <param name="Key">
/// What: <c>stride_multiple</c> and <c>stride_max</c> (bytes from one line to the next), <c>stride_padding_max</c> (bytes of that beyond the pixels), <c>width_multiple</c> (pixels of a line), <c>line_multiple</c> (lines of a frame),
/// <c>address_alignment</c> (bytes) or <c>size_multiple</c> (bytes of a buffer).
/// </param>
/// <param name="Value">The number.</param>
/// <param name="Refuses">True when it refuses other buffers, false when it only makes its own so.</param>
/// <param name="For">For which formats, chips or uses; null for all.</param>
/// <param name="At">The kernel's file and line, as of a limit.</param>
/// <param name="Says">What stands on that line.</param>
public sealed record CatalogueNeed(string Key, ulong Value, bool Refuses, string? For, string At, string Says);
