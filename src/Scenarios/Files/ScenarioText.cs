using System.Globalization;
using System.Text;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Writes a scenario as the YAML file that reads as the same scenario.</summary>
public static class ScenarioText
{
    /// <summary>The file's text.</summary>
    /// <param name="scenario">What to write; it has a board's file.</param>
    /// <param name="path">Where the file is to be: what it names is named from there.</param>
    public static string Of(Scenario scenario, string path)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"name: {scenario.Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"shows: {Quote(scenario.Shows)}\n");
        text.Append(CultureInfo.InvariantCulture, $"board: {Quote(BoardReference.Of(scenario.BoardFile!, path))}\n");
        text.Append(scenario.Buffers[0].Getters is { } getters ? $"getters: {Vocabulary.Getters.WordFor(getters)}\n" : string.Empty);
        text.Append("buffers:\n");
        foreach (var buffer in scenario.Buffers)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {Text(buffer)}\n");
        }

        text.Append("importers:\n");
        foreach (var importer in scenario.Importers)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: {Quote(importer.Name)}\n");
            text.Append(importer.Device is null ? string.Empty : $"    device: {Quote(importer.Device)}\n");
            text.Append("    steps:\n");
            foreach (var step in importer.Steps)
            {
                text.Append(CultureInfo.InvariantCulture, $"      - {Text(step)}\n");
            }
        }

        var order = scenario.Order.Select(index => Quote(scenario.Importers[index].Name));
        text.Append(CultureInfo.InvariantCulture, $"order: [{string.Join(", ", order)}]\n");
        return text.ToString();
    }

    private static string Text(BufferExport buffer)
    {
        string?[] fields =
        [
            $"name: {Quote(buffer.Name)}",
            $"size: {buffer.SizeBytes}",
            buffer.Exporter is null ? null : $"exporter: {Quote(buffer.Exporter)}",
            $"policy: {PolicyFields.Text(buffer.Policy)}",
            buffer.Memory.IsEmpty ? null : $"memory: [{string.Join(", ", buffer.Memory.Names.Select(Quote))}]",
            buffer.Lines is not { } lines ? null
                : $"lines: {{height: {lines.Height}, bytes_per_line: {lines.BytesPerLine}, stride: {lines.StrideBytes}, offset: {lines.OffsetBytes}}}",
        ];
        return $"{{{string.Join(", ", fields.OfType<string>())}}}";
    }

    private static string Text(Step step)
    {
        var about = step.Kind switch
        {
            StepKind.SwitchContext => step.Context.ToString(CultureInfo.InvariantCulture),
            StepKind.SetParameters => Text(step.Parameters),
            _ => Quote(step.Buffer),
        };
        string?[] fields =
        [
            $"{step.Kind.Verb()}: {about}",
            step.Kind.HasDirection() ? $"direction: {Vocabulary.Directions.WordFor(step.Direction)}" : null,
            step.Options == MapOptions.None ? null : $"options: [{string.Join(", ", Vocabulary.Of(step.Options))}]",
            step.HasExpectation ? $"expect: {Vocabulary.Outcomes.WordFor(step.Expected)}" : null,
        ];
        return $"{{{string.Join(", ", fields.OfType<string>())}}}";
    }

    private static string Text(DeviceDmaParameters? parameters) => parameters is { } set
        ? $"{{max_segment_size: {set.MaxSegmentSize}, max_segment_count: {set.MaxSegmentCount}, segment_boundary_mask: 0x{set.SegmentBoundaryMask:x}}}"
        : "{}";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
