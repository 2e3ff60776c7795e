using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Driving;

/// <summary>A command to send to a buffer, or an export.</summary>
/// <param name="Session">The session that waits for the reply.</param>
/// <param name="Number">The number of the command's id, counted from 1 for each board.</param>
/// <param name="Buffer">The buffer's name.</param>
/// <param name="DueAt">When the command was due, in nanoseconds from the start.</param>
/// <param name="Export">The export; null for a command.</param>
/// <param name="Command">The command; null for an export.</param>
internal readonly record struct BoardRequest(
    SessionKey Session, long Number, string Buffer, ulong DueAt, BufferExport? Export, DmaCommand? Command);
