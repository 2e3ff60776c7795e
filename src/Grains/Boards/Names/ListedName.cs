namespace DmaGrains.Grains.Boards.Names;

/// <summary>A name in a listing.</summary>
/// <param name="Name">The name.</param>
/// <param name="Generation">Whose it is of those that had the name one after another; later ones have higher numbers.</param>
[GenerateSerializer, Immutable, Alias("dma.stored.listed-name")]
internal readonly record struct ListedName(string Name, uint Generation)
{
    /// <summary>Where it is among all names.</summary>
    public NamePosition Position => NamePosition.Of(Name);
}
