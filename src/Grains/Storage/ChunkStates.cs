using System.Globalization;
using Orleans.Core;

namespace DmaGrains.Grains.Storage;

/// <summary>Where a grain's chunks are.</summary>
internal static class ChunkStates
{
    /// <summary>The states of a grain by the numbers of the chunks that they have.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">What the chunks are called in storage, before their numbers.</param>
    public static Func<int, IStorage<ChunkRecord<TItem>>> Of<TItem>(IGrainContext grain, string name) => number =>
        DurableStateFactory.Of<ChunkRecord<TItem>>(grain, string.Create(CultureInfo.InvariantCulture, $"{name}.{number}"));
}
