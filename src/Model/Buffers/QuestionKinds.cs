namespace DmaGrains.Model.Buffers;

/// <summary>What commands may ask on their way. See <see cref="CommandQuestion"/>.</summary>
[Flags]
public enum QuestionKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The device that attaches.</summary>
    Device = 1,

    /// <summary>The importing devices as they are now.</summary>
    Devices = 2,

    /// <summary>Pages.</summary>
    Memory = 4,

    /// <summary>Which pages there would be.</summary>
    MemoryTrial = 8,

    /// <summary>Addresses from MMUs or the bounce pool.</summary>
    Translation = 16,

    /// <summary>Which addresses there would be.</summary>
    TranslationTrial = 32,

    /// <summary>The current contexts of MMUs.</summary>
    Context = 64,
}
