using System.Collections.Immutable;
using DmaGrains.Model.Boards;

namespace DmaGrains.Interfaces;

/// <summary>An experiment as a caller sends it to a cluster, which has no files.</summary>
/// <param name="Text">The file's text, at most <see cref="LengthMax"/> characters.</param>
/// <param name="Boards">The boards that it names.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-text")]
public sealed record ExperimentText(string Text, ImmutableArray<ExperimentBoard> Boards)
{
    /// <summary>The most characters of a text.</summary>
    public const int LengthMax = 1 << 16;

    /// <summary>The most boards that it names.</summary>
    public const int BoardsMax = 16;

    /// <summary>Whether another one is equal in content.</summary>
    public bool SaysTheSameAs(ExperimentText other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Text == other.Text && Boards.Length == other.Boards.Length
            && Boards.Zip(other.Boards).All(pair => pair.First.Reference == pair.Second.Reference && pair.First.Board.SaysTheSameAs(pair.Second.Board));
    }
}

/// <summary>A board that an experiment names.</summary>
/// <param name="Reference">The name or path by which the text refers to it.</param>
/// <param name="Board">The board.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-board")]
public sealed record ExperimentBoard(string Reference, BoardDefinition Board);
