using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>An exporter's description of a buffer to export.</summary>
/// <param name="Name">Unique on the board.</param>
/// <param name="SizeBytes">1 to 2^63-1; the last page may be partial.</param>
/// <param name="Exporter">The device that owns the storage; null for a DMA heap.</param>
/// <param name="Getters">How unset parameters of importers are read; null for what <see cref="Policy"/> says, or else the current kernel's way.</param>
[GenerateSerializer, Immutable, Alias("dma.export")]
public sealed record BufferExport(
    string Name, ulong SizeBytes, string? Exporter = null, ParameterDefaults? Getters = null)
{
    /// <summary>Largest buffer: the kernel keeps sizes in a signed 64-bit offset.</summary>
    public const ulong SizeBytesMax = long.MaxValue;

    /// <summary>
    /// Identifies this export; null for none. The same export under the same id is a repeat. To reuse the name of a buffer that is gone,
    /// export under a new id.
    /// </summary>
    [Id(0)]
    public CommandId? Id { get; init; }

    /// <summary>How the exporter treats its importers.</summary>
    [Id(1)]
    public ExporterPolicy Policy { get; init; } = ExporterPolicy.Default;

    /// <summary>
    /// The board's regions to allocate from, in the order to try them; empty for system RAM and contiguous areas. One allocation never
    /// mixes regions with and without struct pages (thread #54).
    /// </summary>
    [Id(2)]
    public NameList Memory { get; init; }

    /// <summary>The lines of a video frame; null when the buffer is not a frame.</summary>
    [Id(3)]
    public VideoLines? Lines { get; init; }

    /// <summary>How unset parameters of importers are read.</summary>
    public ParameterDefaults ReadWith => Getters ?? Policy.Getters ?? ParameterDefaults.V61;

    /// <summary>The same export under another policy; <see cref="Getters"/> that contradict the policy are dropped.</summary>
    public BufferExport Under(ExporterPolicy policy) => this with
    {
        Policy = policy,
        Getters = policy.Getters is { } its && its != Getters ? null : Getters,
    };

    /// <summary>Checks the export by itself, without its board; null when it is valid.</summary>
    /// <returns>EINVAL naming Buffer, Id, SizeBytes, Exporter, Getters, Policy or Lines; ENOSPC or EINVAL naming Memory.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Buffer") is { } bad)
        {
            return bad;
        }

        if (Id?.Check() is { } noId)
        {
            return noId;
        }

        if (SizeBytes is 0 or > SizeBytesMax)
        {
            return new(
                Errno.EINVAL, null, nameof(SizeBytes), SizeBytes, SizeBytesMax,
                $"Buffer {Name} of {SizeBytes} bytes: expected 1 to {SizeBytesMax}.");
        }

        if (Exporter is not null && ModelName.Check(Exporter, nameof(Exporter)) is { } noDevice)
        {
            return noDevice;
        }

        if (Getters is { } getters && !Enum.IsDefined(getters))
        {
            return Refusal.Of(Errno.EINVAL, nameof(Getters), $"Buffer {Name}: getters {(int)getters} are not known.");
        }

        return (Policy is null ? Refusal.Null(nameof(Policy)) : Policy.Check()) ?? CheckGetters() ?? Lines?.Check(Name, SizeBytes) ?? NamedRegions.Check(Memory);
    }

    /// <summary>EINVAL when the export and its policy read parameters in different ways.</summary>
    private Refusal? CheckGetters() => Getters is { } stated && Policy.Getters is { } its && stated != its
        ? Refusal.Of(
            Errno.EINVAL, nameof(Getters),
            $"Buffer {Name}: getters {WordOf(stated)} contradict its policy, which reads unset parameters as {WordOf(its)}: expected none, or the same.")
        : null;

    private static string WordOf(ParameterDefaults getters) => getters switch
    {
        ParameterDefaults.V61 => "v6.1",
        ParameterDefaults.RfcV3 => "rfcv3",
        _ => "direct",
    };
}
