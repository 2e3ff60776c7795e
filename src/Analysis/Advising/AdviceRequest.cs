using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>Who is to share a buffer, and what buffer.</summary>
/// <param name="Board">The board, which can exist.</param>
/// <param name="Devices">The importers: devices of the board, 1 to <see cref="DevicesMax"/>, each once.</param>
/// <param name="SizeBytes">The buffer's size, 1 or more.</param>
public sealed record AdviceRequest(BoardDefinition Board, ImmutableArray<string> Devices, ulong SizeBytes)
{
    /// <summary>Most importers: every set of them may have to be looked at.</summary>
    public const int DevicesMax = 16;

    /// <summary>The lines of a video frame; null when the buffer is none.</summary>
    public VideoLines? Lines { get; init; }

    /// <summary>The device that has to export; null when it may be any, or a heap.</summary>
    public string? Exporter { get; init; }

    /// <summary>Importers that get a buffer of their own, and a copy into it.</summary>
    internal ImmutableArray<string> Copied { get; init; } = [];

    /// <summary>Whether an exporter that has storage cuts a list of its own for whom its list does not suit (thread #4, #6, #8).</summary>
    internal bool CutsForEach { get; init; }

    /// <summary>Those that share the one buffer.</summary>
    internal ImmutableArray<string> Sharing => Devices.RemoveRange(Copied);
}
