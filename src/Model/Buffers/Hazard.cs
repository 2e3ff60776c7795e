using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// Something the kernel would let happen silently, on record until the buffer is gone. What happens to a device again, of the same kind
/// and at the same limit, is counted: this is the last, and knows the first.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Importer">
/// The device whose limit is broken; <see cref="OtherDevices"/> for those that are counted together (<see cref="EachMax"/>).
/// </param>
/// <param name="Attachment">Its attachment; empty when it got none.</param>
/// <param name="Field">The limit, such as <c>MaxSegmentCount</c>.</param>
/// <param name="Needed">What the list has, in the field's unit.</param>
/// <param name="Limit">What the device takes.</param>
/// <param name="Reason">One sentence for people.</param>
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
    /// So many kinds, devices and limits of a buffer are told apart; from then on, what is not among them is counted by its kind and limit
    /// alone, whichever device it happens to.
    /// </summary>
    public const int EachMax = 64;

    /// <summary>Stands for all devices that are not told apart; no device has such a name.</summary>
    public const string OtherDevices = "other devices";

    [Id(0)]
    private readonly ulong _before;

    /// <summary>How often it has happened.</summary>
    public ulong Count
    {
        get => _before + 1;
        init => _before = value - 1;
    }

    /// <summary>The first of them; null when it has happened once.</summary>
    [Id(1)]
    public Hazard? First { get; init; }

    /// <summary>With one more on record.</summary>
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
