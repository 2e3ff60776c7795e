namespace DmaGrains.Grains.Boards.Names;

/// <summary>A bucket's reply to a change of its names.</summary>
/// <param name="Elsewhere">The bucket to ask instead; null when this is the one.</param>
/// <param name="IsOver">Whether the board should get another bucket.</param>
/// <param name="IsDone">Whether the change was made; a full bucket takes no names until it has split.</param>
/// <param name="IsTooLate">Whether the name to add was removed a short while ago.</param>
[GenerateSerializer, Immutable, Alias("dma.bucket-reply")]
internal readonly record struct BucketReply(uint? Elsewhere, bool IsOver, bool IsDone, bool IsTooLate = false);
