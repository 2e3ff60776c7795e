namespace DmaGrains.Model.Policies;

/// <summary>Whether an exporter tries to map before it lets an importer attach, as any exporter could (thread #12).</summary>
public enum AttachTest
{
    /// <summary>It tries nothing: what cannot be mapped is refused at the map.</summary>
    None = 0,

    /// <summary>A map is tried and thrown away; what it would be refused with, the attach is.</summary>
    Map = 1,

    /// <summary>The same for a map that takes no copy: whoever would be bounced does not get in.</summary>
    MapWithoutCopy = 2,
}
