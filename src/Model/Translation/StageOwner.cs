namespace DmaGrains.Model.Translation;

/// <summary>Who owns a stage's tables (thread #35, #44, #46).</summary>
public enum StageOwner
{
    /// <summary>The DMA API: it knows a mapping by its address alone, so the mapping is meaningless in another context (thread #39).</summary>
    DmaApi = 0,

    /// <summary>The device's driver: it knows which context an address belongs to (thread #42, #43).</summary>
    Driver = 1,
}
