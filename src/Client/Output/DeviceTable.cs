using System.Globalization;
using DmaGrains.Model.Devices;

namespace DmaGrains.Client.Output;

/// <summary>Devices as a table: what their drivers declare, "unset" where they declare nothing.</summary>
internal static class DeviceTable
{
    private static readonly string[] _headings =
        ["device", "max segment size", "max segment count", "boundary mask", "reaches", "notes"];

    /// <summary>One row for each device.</summary>
    public static void Write(Terminal terminal, IEnumerable<Device> devices) => terminal.Table(
        _headings,
        devices.Select(device => (string[])
        [
            device.Name,
            Number(device.Parameters?.MaxSegmentSize),
            device.RequiresContiguous ? "1 (contiguous)" : Number(device.Parameters?.MaxSegmentCount),
            device.Parameters is { SegmentBoundaryMask: not 0 and var mask } ? $"0x{mask:x}" : "unset",
            $"0x{device.HighestAddress:x}",
            string.Join(", ", NotesOf(device)),
        ]));

    private static string Number(uint? value) =>
        value is null or 0 ? "unset" : value.Value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> NotesOf(Device device)
    {
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
    }
}
