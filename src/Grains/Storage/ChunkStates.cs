using System.Globalization;
using Orleans.Core;

namespace DmaGrains.Grains.Storage;

/// <summary>The states of a grain's chunks.</summary>
internal static class ChunkStates
{
    /// <summary>The states of a grain, by chunk number.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">The name of the chunks in storage, without their numbers.</param>
    public static Func<int, IStorage<ChunkRecord<TItem>>> Of<TItem>(IGrainContext grain, string name) => number =>
        DurableStateFactory.Of<ChunkRecord<TItem>>(grain, string.Create(CultureInfo.InvariantCulture, $"{name}.{number}"));
}
