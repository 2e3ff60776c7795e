namespace DmaGrains.Grains.Boards.Names;

/// <summary>A name in a listing.</summary>
/// <param name="Name">The name.</param>
/// <param name="Generation">Which of the successive owners of the name it belongs to; later ones have higher numbers.</param>
[GenerateSerializer, Immutable, Alias("dma.stored.listed-name")]
internal readonly record struct ListedName(string Name, uint Generation)
{
    /// <summary>Its position among all names.</summary>
    public NamePosition Position => NamePosition.Of(Name);
}
