namespace DmaGrains.Grains.Buffers;

/// <summary>What a write tells the buffer's history beyond replies to requests with an id.</summary>
/// <param name="UnnamedReplies">The number of remembered replies to the commands without an id that are written.</param>
/// <param name="IsExport">Whether it is an export without an id.</param>
internal readonly record struct Told(int UnnamedReplies, bool IsExport = false);
