namespace DmaGrains.Model.Policies;

/// <summary>Whether an exporter tries a map before it accepts an attach, as any exporter could (thread #12).</summary>
public enum AttachTest
{
    /// <summary>No trial: what cannot be mapped is refused at the map.</summary>
    None = 0,

    /// <summary>A map is tried and discarded; if it is refused, so is the attach.</summary>
    Map = 1,

    /// <summary>A map without bounces is tried and discarded; if it is refused, so is the attach.</summary>
    MapWithoutCopy = 2,
}
