using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>What an exporter says of a buffer when it exports it.</summary>
/// <param name="Name">Unique on the board.</param>
/// <param name="SizeBytes">1 to 2^63-1; the last page may be partial.</param>
/// <param name="Exporter">The device that owns the storage, or null for a heap that is no device.</param>
/// <param name="Getters">How unset parameters of its importers are read.</param>
[GenerateSerializer, Immutable, Alias("dma.export")]
public sealed record BufferExport(
    string Name, ulong SizeBytes, string? Exporter = null, DmaGetters Getters = DmaGetters.V61)
{
    /// <summary>Largest buffer: the kernel keeps sizes in a signed 64-bit offset.</summary>
    public const ulong SizeBytesMax = long.MaxValue;

    /// <summary>
    /// The caller's name for this export. The same export again is a repeat; to use a buffer's name anew after the buffer is gone,
    /// export it under a new id.
    /// </summary>
    [Id(0)]
    public string Id { get; init; } = string.Empty;

    /// <summary>How the exporter deals with its importers.</summary>
    [Id(1)]
    public ExporterPolicy Policy { get; init; } = ExporterPolicy.Default;

    /// <summary>
    /// The regions of its board that the exporter takes storage from, in the order to try them; empty for system RAM and contiguous
    /// areas. All have struct pages or none has (thread #54).
    /// </summary>
    [Id(2)]
    public NameList Memory { get; init; }

    /// <summary>The lines of a video frame; null when the buffer is none.</summary>
    [Id(3)]
    public VideoLines? Lines { get; init; }

    /// <summary>Null when the buffer can be exported, whatever its board has.</summary>
    /// <returns>EINVAL naming Buffer, SizeBytes, Getters, Policy or Lines; ENOSPC or EINVAL naming Memory.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Buffer") is { } bad)
        {
            return bad;
        }

        if (SizeBytes is 0 or > SizeBytesMax)
        {
            return new(
                Errno.EINVAL, null, nameof(SizeBytes), SizeBytes, SizeBytesMax,
                $"Buffer {Name} of {SizeBytes} bytes: expected 1 to {SizeBytesMax}.");
        }

        return Enum.IsDefined(Getters)
            ? Policy.Check() ?? Lines?.Check(Name, SizeBytes) ?? NamedRegions.Check(Memory)
            : Refusal.Of(Errno.EINVAL, nameof(Getters), $"Buffer {Name}: getters {(int)Getters} are not known.");
    }
}
