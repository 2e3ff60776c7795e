namespace DmaGrains.Kernel.Catalogue;

/// <summary>A limit that a driver sets.</summary>
/// <param name="Key">The key of board files.</param>
/// <param name="Value">The value, in the words of board files.</param>
/// <param name="At">The kernel's file, relative to its source, and the line: <c>drivers/…/file.c:12</c>.</param>
/// <param name="Says">What stands on that line, such as <c>SZ_2G</c>.</param>
public sealed record CatalogueLimit(string Key, string Value, string At, string Says);
