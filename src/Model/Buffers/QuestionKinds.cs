namespace DmaGrains.Model.Buffers;

/// <summary>The kinds of <see cref="CommandQuestion"/>.</summary>
[Flags]
public enum QuestionKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The device that attaches.</summary>
    Device = 1,

    /// <summary>The importing devices as they are now.</summary>
    Devices = 2,

    /// <summary>Pages from memory.</summary>
    Memory = 4,

    /// <summary>Pages from memory, as a trial.</summary>
    MemoryTrial = 8,

    /// <summary>Addresses from MMUs or the bounce pool.</summary>
    Translation = 16,

    /// <summary>Addresses from MMUs or the bounce pool, as a trial.</summary>
    TranslationTrial = 32,

    /// <summary>Whether the MMUs' current contexts can end a mapping.</summary>
    Context = 64,
}
