using System.Globalization;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Reads faults that may happen at any moment: <c>KIND[=WHAT]</c>.</summary>
public static class FaultText
{
    /// <summary>The forms of a fault, for messages.</summary>
    public const string Forms =
        "crash[=IMPORTER], hang[=IMPORTER], revoke=BUFFER, memory[=REGION] or parameters=DEVICE:FIELD=NUMBER,…";

    private static readonly string[] _fields = ["max_segment_size", "max_segment_count", "segment_boundary_mask"];

    /// <summary>The fault that a text names.</summary>
    /// <param name="text">Such as <c>crash=display</c>.</param>
    /// <param name="scenario">Has the importers, buffers, regions and devices that it may name.</param>
    /// <exception cref="FormatException">It is malformed, or names something that the scenario does not have.</exception>
    public static Fault Read(string text, Scenario scenario)
    {
        var parts = text.Split('=', 2);
        var what = parts.Length == 2 ? parts[1] : null;
        return (parts[0], what) switch
        {
            ("crash", _) => new Fault.Crash(ImporterIn(text, what, scenario)),
            ("hang", _) => new Fault.Hang(ImporterIn(text, what, scenario)),
            ("revoke", not null) => new Fault.Revoke(
                OneOf(text, "buffer", what, scenario.Buffers.Select(buffer => buffer.Name))),
            ("memory", null) => new Fault.MemoryRunsOut(null),
            ("memory", _) => new Fault.MemoryRunsOut(OneOf(
                text, "region", what, scenario.Board.Memory.Where(region => region.Kind.HoldsBuffers()).Select(region => region.Name))),
            ("parameters", not null) => ParametersOf(text, what, scenario),
            _ => throw new FormatException($"{Quoted.Text(text)} is not a fault: expected {Forms}."),
        };
    }

    private static string? ImporterIn(string text, string? name, Scenario scenario) =>
        name is null ? null : OneOf(text, "importer", name, scenario.Importers.Select(importer => importer.Name));

    private static string OneOf(string text, string kind, string name, IEnumerable<string> names) => names.Contains(name)
        ? name
        : throw new FormatException($"{Quoted.Text(text)} names no {kind} of the scenario: {Closest.Expecting(name, [.. names])}.");

    private static Fault.Parameters ParametersOf(string text, string what, Scenario scenario)
    {
        var parts = what.Split(':', 2);
        var device = OneOf(text, "device", parts[0], scenario.Board.Devices.Select(device => device.Name));
        var values = new ulong[_fields.Length];
        foreach (var given in parts.Length == 2 ? parts[1].Split(',') : [string.Empty])
        {
            var field = given.Split('=', 2);
            var index = Array.IndexOf(_fields, field[0]);
            if (index < 0 || field.Length != 2 || !Sizes.TryParse(field[1], out values[index])
                || (index < 2 && values[index] > uint.MaxValue))
            {
                throw new FormatException(
                    $"{Quoted.Text(text)} has {Quoted.Text(given)}: expected FIELD=NUMBER, the field one of {string.Join(", ", _fields)}.");
            }
        }

        var declared = new DeviceDmaParameters((uint)values[0], (uint)values[1], values[2]);
        var known = scenario.Board.Devices.Single(known => known.Name == device);
        return (known with { Parameters = declared }).Check() is { } refusal
            ? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{Quoted.Text(text)}: {refusal.Reason}"))
            : new(device, declared);
    }
}
