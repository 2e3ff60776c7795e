using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Experiments.Playing;

/// <summary>Other memory as played on a board: buffers that nobody imports, allocated at their export.</summary>
internal sealed class OtherPlay(OtherMemory other, int index, Draws draws)
{
    /// <summary>The held memory, by number.</summary>
    public Dictionary<ulong, DmaBuffer> Held { get; } = [];

    /// <summary>When the memory of a number is requested.</summary>
    public ulong ArrivalOf(ulong number, ulong previous) => other.Arrivals.At(draws, number, previous);

    /// <summary>How long it is held, in nanoseconds.</summary>
    public ulong LifetimeOf(ulong number) => other.Lifetime.Whole(draws.Uniform(Purpose.Lifetime, number));

    /// <summary>The export that stands for it.</summary>
    public BufferExport ExportOf(ulong number) => Taking(
        string.Create(CultureInfo.InvariantCulture, $"other#{index}.{number}"),
        other.Region,
        Math.Clamp(other.Size.Whole(draws.Uniform(Purpose.Size, number)), 1, BufferExport.SizeBytesMax));

    /// <summary>An export that allocates at once, for no importer.</summary>
    public static BufferExport Taking(string name, string region, ulong sizeBytes) => new(name, sizeBytes)
    {
        Policy = _policy,
        Memory = new(region),
    };

    private static readonly ExporterPolicy _policy = new() { Constraints = ConstraintModel.None, Allocation = AllocationTime.AtExport };
}
