namespace DmaGrains.Model.Translation;

/// <summary>Who keeps a stage's tables (thread #35, #44, #46).</summary>
public enum StageOwner
{
    /// <summary>The DMA API: a mapping is known by its address alone, so in another context it means nothing (thread #39).</summary>
    DmaApi = 0,

    /// <summary>The device's driver: it knows which context an address belongs to (thread #42, #43).</summary>
    Driver = 1,
}
