using DmaGrains.Model.Boards;

namespace DmaGrains.Grains.Boards;

/// <summary>What is stored of a board.</summary>
[GenerateSerializer, Alias("dma.stored.board")]
public sealed class BoardRecord
{
    /// <summary>The board; null before it is defined.</summary>
    [Id(0)]
    public BoardDefinition? Definition { get; init; }

    /// <summary>Whether memory and devices have been set up after the definition.</summary>
    [Id(2)]
    public bool IsSetUp { get; init; }
}
