using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// Something that the kernel would let happen silently; kept until the buffer is gone. When the same kind happens to the same device and
/// limit again, it is counted: this record is the last occurrence and refers to the first.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Importer">
/// The device whose limit is broken; <see cref="OtherDevices"/> for those that are counted together (<see cref="EachMax"/>).
/// </param>
/// <param name="Attachment">The device's attachment; empty when it got none.</param>
/// <param name="Field">The limit, such as <c>MaxSegmentCount</c>.</param>
/// <param name="Needed">The list's value, in the field's unit.</param>
/// <param name="Limit">The device's limit, in the field's unit.</param>
/// <param name="Reason">One sentence for the user.</param>
/// <param name="Unstated">The limit that nobody stated and the kernel assumes; none when all were stated.</param>
[GenerateSerializer, Immutable, Alias("dma.hazard")]
public sealed record Hazard(
    HazardKind Kind,
    string Importer,
    string Attachment,
    string Field,
    ulong Needed,
    ulong Limit,
    string Reason,
    UnstatedLimits Unstated = UnstatedLimits.None)
{
    /// <summary>
    /// The most combinations of kind, device and limit that a buffer tells apart. Further ones are counted by kind and limit alone, for all
    /// devices together, so a buffer has at most that many records, and one more for each kind and limit.
    /// </summary>
    public const int EachMax = 64;

    /// <summary>Stands for the devices that are counted together; not a valid device name.</summary>
    public const string OtherDevices = "other devices";

    [Id(0)]
    private readonly ulong _before;

    /// <summary>How often it has happened.</summary>
    public ulong Count
    {
        get => _before + 1;
        init => _before = value - 1;
    }

    /// <summary>The first occurrence; null when this is the only one.</summary>
    [Id(1)]
    public Hazard? First { get; init; }

    /// <summary>Adds a hazard to those on record.</summary>
    /// <remarks>The only place that bounds them.</remarks>
    internal static ImmutableArray<Hazard> With(ImmutableArray<Hazard> known, Hazard found)
    {
        var index = IndexOf(known, found, found.Importer);
        if (index < 0 && known.Length >= EachMax)
        {
            index = IndexOf(known, found, OtherDevices);
            found = found with { Importer = OtherDevices };
        }

        return index < 0 ? known.Add(found) : known.SetItem(index, found with
        {
            Count = known[index].Count + 1,
            First = known[index].First ?? known[index],
        });
    }

    private static int IndexOf(ImmutableArray<Hazard> known, Hazard found, string importer)
    {
        for (var index = 0; index < known.Length; index++)
        {
            if (known[index].Kind == found.Kind && known[index].Field == found.Field && known[index].Importer == importer)
            {
                return index;
            }
        }

        return -1;
    }
}
