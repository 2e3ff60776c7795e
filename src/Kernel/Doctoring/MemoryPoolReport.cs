namespace DmaGrains.Kernel.Doctoring;

/// <summary>Memory that the kernel keeps for DMA, and how full it is; what is not shown is null.</summary>
/// <param name="Name">The contiguous area's name, or <c>bounce pool</c>.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="UsedBytes">What is in use.</param>
/// <param name="MostUsedBytes">The most that was in use at once.</param>
/// <param name="FailedPages">Pages that were asked for in vain since the start.</param>
public sealed record MemoryPoolReport(string Name, ulong? SizeBytes, ulong? UsedBytes, ulong? MostUsedBytes, ulong? FailedPages)
{
    /// <summary>Why it is at risk; null when nothing says so.</summary>
    public string? Risk => FailedPages is > 0 ? $"{FailedPages} pages were asked for in vain"
        : SizeBytes is { } size && (MostUsedBytes >= size || UsedBytes >= size) ? "it has been full"
        : null;
}
