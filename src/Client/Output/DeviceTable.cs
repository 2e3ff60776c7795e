using System.Globalization;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Devices as a table: what their drivers declare, "unset" where they declare nothing, and how they reach memory.</summary>
internal static class DeviceTable
{
    private static readonly string[] _headings =
        ["device", "takes", "max segment size", "max segment count", "boundary mask", "reaches", "through", "isolation", "notes"];

    /// <summary>One row for each device.</summary>
    public static void Write(Terminal terminal, IEnumerable<DeviceReport> devices) => terminal.Table(
        _headings,
        devices.Select(device => (string[])
        [
            device.Name,
            device.Class,
            Number(device.MaxSegmentSize),
            device.Contiguous ? "1 (contiguous)" : Number(device.MaxSegmentCount),
            device.SegmentBoundaryMask == 0 ? "unset" : $"0x{device.SegmentBoundaryMask:x}",
            $"0x{device.HighestAddress:x}",
            (device.Iommu, device.BusMmu) switch
            {
                ({ } own, { } bus) => $"{own}, {bus}",
                var (own, bus) => own ?? bus ?? "no MMU",
            },
            device.Isolation,
            string.Join(", ", NotesOf(device)),
        ]));

    private static string Number(uint value) => value == 0 ? "unset" : value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> NotesOf(DeviceReport device)
    {
        if (!device.Windows.IsEmpty)
        {
            var windows = BusWindowReport.ToWindows(device.Windows);
            yield return device.Bus is { } on ? $"sees memory over {on}: {windows}" : $"sees memory: {windows}";
        }

        foreach (var limit in device.LimitsText)
        {
            yield return $"takes {limit}";
        }

        if (device.Pci)
        {
            yield return "PCI";
        }

        if (device.NeverExports)
        {
            yield return "only imports";
        }

        if (device.BouncePool is { } pool)
        {
            yield return $"copied through {pool}";
        }

        if (device.OwnArea == false)
        {
            yield return "takes its own area by name";
        }

        if (device.Coherent)
        {
            yield return "coherent";
        }

        if (device.NeedsStructPage)
        {
            yield return "needs struct pages";
        }

        if (device.Trusted)
        {
            yield return "trusted";
        }

        if (device.PeerToPeer)
        {
            yield return "takes peers' memory";
        }

        if (device.PeerBus is { } bus)
        {
            yield return $"peers over {bus}";
        }

        if (device.SegmentsPerLine)
        {
            yield return "segments for each line";
        }

        if (device.PreferredSegmentSize != 0)
        {
            yield return $"prefers segments of {Sizes.Format(device.PreferredSegmentSize)}";
        }
    }
}
