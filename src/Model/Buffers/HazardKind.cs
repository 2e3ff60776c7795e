namespace DmaGrains.Model.Buffers;

/// <summary>Kinds of hazards.</summary>
public enum HazardKind
{
    /// <summary>Others have the buffer mapped through a list that a newcomer could not use (thread #2, #4).</summary>
    AttachedTooLate = 0,

    /// <summary>A device was handed a list that breaks its own limits.</summary>
    ListBreaksLimit = 1,

    /// <summary>An attach answered success and attached nothing; what it allocated is leaked (thread #6).</summary>
    SuccessWithoutAttachment = 2,

    /// <summary>A refused attach left the union narrowed (the patch as posted).</summary>
    UnionLeftNarrowed = 3,

    /// <summary>An importer holds a list of a buffer that was revoked; it must stop and unmap.</summary>
    HeldAfterRevoke = 4,
}
