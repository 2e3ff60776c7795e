using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Driving;

/// <summary>A command that is to be sent to a buffer now: an export, or one of the others.</summary>
/// <param name="Session">The session that waits for the reply.</param>
/// <param name="Number">The number of the command's id; each board counts from 1.</param>
/// <param name="Buffer">The buffer's name.</param>
/// <param name="DueAt">When it was due, in nanoseconds from the start.</param>
/// <param name="Export">What is exported; null for another command.</param>
/// <param name="Command">The command; null for an export.</param>
internal readonly record struct BoardRequest(
    SessionKey Session, long Number, string Buffer, ulong DueAt, BufferExport? Export, DmaCommand? Command);
