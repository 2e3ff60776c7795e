namespace DmaGrains.Experiments.Results;

/// <summary>How full a region was at a moment.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Repetition">The repetition's index.</param>
/// <param name="Board">Which board of the repetition, from 0.</param>
/// <param name="Region">The region's name.</param>
/// <param name="AtNanoseconds">Virtual time since the start.</param>
/// <param name="FreeBytes">Free bytes.</param>
/// <param name="LargestFreeBytes">The longest free run, in bytes.</param>
/// <param name="FreeRuns">The number of free runs.</param>
/// <param name="LiveBuffers">Buffers on the board, exported and not gone.</param>
public readonly record struct MemorySample(
    int Case, int Repetition, int Board, string Region, ulong AtNanoseconds, ulong FreeBytes, ulong LargestFreeBytes, uint FreeRuns, uint LiveBuffers);
