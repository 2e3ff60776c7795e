using System.Globalization;
using System.Text.Json;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Advising;

/// <summary>Limits as the kernel spells them.</summary>
internal static class Spelt
{
    /// <summary>A field's name.</summary>
    public static string Of(string field) => JsonNamingPolicy.SnakeCaseLower.ConvertName(field);

    /// <summary>A field's value: masks in hexadecimal.</summary>
    public static string Of(string field, ulong value) => field == nameof(DeviceDmaParameters.SegmentBoundaryMask)
        ? string.Create(CultureInfo.InvariantCulture, $"0x{value:x}")
        : value.ToString(CultureInfo.InvariantCulture);
}
