namespace DmaGrains.Model.Buffers.Changes;

/// <summary>What holds of a buffer, one bit each. Stored, so the numbers never change.</summary>
[Flags]
public enum BufferMarks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="DmaBuffer.IsReleased"/>.</summary>
    Released = 1,

    /// <summary><see cref="DmaBuffer.IsFreed"/>.</summary>
    Freed = 2,

    /// <summary><see cref="DmaBuffer.IsRevoked"/>.</summary>
    Revoked = 4,

    /// <summary><see cref="DmaBuffer.HasHadTranslated"/>.</summary>
    HadTranslated = 8,
}
