using DmaGrains.Model.Boards;

namespace DmaGrains.Grains.Boards;

/// <summary>The stored state of a board.</summary>
[GenerateSerializer, Alias("dma.stored.board")]
public sealed class BoardRecord
{
    /// <summary>The board, and how far it is set up.</summary>
    [Id(0)]
    public BoardSetUp SetUp { get; init; } = BoardSetUp.None;
}
