using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>A request for advice: the importers and the buffer.</summary>
/// <param name="Board">A valid board.</param>
/// <param name="Devices">The importers: devices of the board, 1 to <see cref="DevicesMax"/>, each once.</param>
/// <param name="SizeBytes">The buffer's size, 1 or more.</param>
public sealed record AdviceRequest(BoardDefinition Board, ImmutableArray<string> Devices, ulong SizeBytes)
{
    /// <summary>The most importers; every set of them may have to be examined.</summary>
    public const int DevicesMax = 16;

    /// <summary>The lines of a video frame; null when the buffer is not a frame.</summary>
    public VideoLines? Lines { get; init; }

    /// <summary>The device that has to export; null for any device or a heap.</summary>
    public string? Exporter { get; init; }

    /// <summary>Stops the advice, which then throws.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Importers that get a copy in a buffer of their own.</summary>
    internal ImmutableArray<string> Copied { get; init; } = [];

    /// <summary>Whether an exporter with storage cuts a separate list for importers that its list does not suit (thread #4, #6, #8).</summary>
    internal bool CutsForEach { get; init; }

    /// <summary>Whether a device of the board may export from some memory: else no scenario can say so.</summary>
    internal bool MayExport(string device, NameList memory) => BufferExports.Authorize(
        Board.Memory, CandidatePlay.Frame, device, Board.Devices.First(known => known.Name == device), memory).IsGranted;

    /// <summary>The importers that share the buffer.</summary>
    internal ImmutableArray<string> Sharing => Devices.RemoveRange(Copied);
}
