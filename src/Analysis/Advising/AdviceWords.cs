using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Devices;

namespace DmaGrains.Analysis.Advising;

/// <summary>Advice in words.</summary>
public static class AdviceWords
{
    /// <summary>Who exports, in a few words.</summary>
    /// <param name="exporter">The device, or null.</param>
    /// <param name="allocates">For whom it allocates.</param>
    /// <param name="memory">The regions that it names.</param>
    public static string ExporterOf(string? exporter, AllocatesFor allocates, IReadOnlyCollection<string> memory)
    {
        var from = memory.Count == 0 ? string.Empty : $" from {string.Join(", ", memory)}";
        return allocates switch
        {
            AllocatesFor.ForItself => $"{exporter}{from}, for itself",
            AllocatesFor.ForNobody => $"a heap of {string.Join(", ", memory)}",
            AllocatesFor.ForAll => $"{exporter ?? "any exporter"}{from}, for all",
            _ => throw new ArgumentOutOfRangeException(nameof(allocates)),
        };
    }

    /// <summary>The effect of the order of importers on a working candidate.</summary>
    public static string OrdersOf(CandidateReport candidate)
    {
        var orders = candidate.Orders;
        return orders.WorkingCount == orders.OrderCount
            ? "The importers may come in any order."
            : $"All orders work once {string.Join(" or ", orders.AttachFirst.Select(WordsOf))} {(orders.AttachFirst[^1].Length == 1 ? "has" : "have")} attached, before the first map.";
    }

    /// <summary>A limit's value: masks and addresses in hexadecimal.</summary>
    internal static string ValueOf(string field, ulong value) => field is nameof(DeviceDmaParameters.SegmentBoundaryMask) or nameof(Device.DmaMask) or nameof(Device.BusDmaLimit) or nameof(Device.OutputLimit)
        ? string.Create(CultureInfo.InvariantCulture, $"0x{value:x}")
        : value.ToString(CultureInfo.InvariantCulture);

    internal static string ReasonOf(
        ImmutableArray<CandidateReport> candidates,
        int asGood,
        ImmutableArray<ImmutableArray<string>> conflicts,
        ImmutableArray<FixReport> fixes)
    {
        var best = candidates[0];
        var name = ExporterOf(best.Exporter, best.Allocates, best.Memory);
        if (best.Verdict == Verdict.Works)
        {
            var others = asGood == 0 ? string.Empty : asGood == 1 ? " The next row is as good." : $" The next {asGood} rows are as good.";
            return $"{name}. {OrdersOf(best)}{others}";
        }

        string?[] sentences =
        [
            best.Verdict switch
            {
                Verdict.ByLuck => $"Nothing works except by luck; {name} comes closest, as long as memory has suitable pages.",
                Verdict.WorksWrongly => $"Nothing works without something going wrong silently; {name} comes closest.",
                _ => "Nothing works.",
            },
            $"{Counted.Of((ulong)conflicts.Length, "set")} of importers {(conflicts.Length == 1 ? "stands" : "stand")} in the way.",
            fixes.IsEmpty ? "No change that was tried helps." : null,
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private static string WordsOf(ImmutableArray<string> names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
