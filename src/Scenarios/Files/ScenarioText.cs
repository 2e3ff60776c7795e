using System.Globalization;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Writes a scenario as the YAML file that reads as the same scenario.</summary>
public static class ScenarioText
{
    /// <summary>The file's text.</summary>
    /// <param name="scenario">The scenario, which must have a board file.</param>
    /// <param name="path">The path of the file, to which its references are relative.</param>
    public static string Of(Scenario scenario, string path)
    {
        var text = new YamlText().Map()
            .Pair("name", scenario.Name)
            .Pair("shows", scenario.Shows)
            .Pair("board", BoardReference.Of(scenario.BoardFile!, path));
        if (scenario.Buffers[0].Getters is { } getters)
        {
            text.Pair("getters", Vocabulary.Getters.WordFor(getters));
        }

        text.Word("buffers").List();
        foreach (var buffer in scenario.Buffers)
        {
            Write(text, buffer);
        }

        text.End().Word("importers").List();
        foreach (var importer in scenario.Importers)
        {
            text.Map().Pair("name", importer.Name);
            if (importer.Device is not null)
            {
                text.Pair("device", importer.Device);
            }

            text.Word("steps").List();
            foreach (var step in importer.Steps)
            {
                Write(text, step);
            }

            text.End().End();
        }

        return text.End().Pair("order", scenario.Order.Select(index => scenario.Importers[index].Name)).ToString();
    }

    private static void Write(YamlText text, BufferExport buffer)
    {
        text.Map(inLine: true).Pair("name", buffer.Name).Pair("size", Number(buffer.SizeBytes));
        if (buffer.Exporter is not null)
        {
            text.Pair("exporter", buffer.Exporter);
        }

        text.Word("policy");
        PolicyFields.Write(text, buffer.Policy);
        if (!buffer.Memory.IsEmpty)
        {
            text.Pair("memory", buffer.Memory.Names);
        }

        if (buffer.Lines is { } lines)
        {
            text.Word("lines").Map(inLine: true)
                .Pair("height", Number(lines.Height))
                .Pair("bytes_per_line", Number(lines.BytesPerLine))
                .Pair("stride", Number(lines.StrideBytes))
                .Pair("offset", Number(lines.OffsetBytes))
                .End();
        }

        text.End();
    }

    private static void Write(YamlText text, Step step)
    {
        text.Map(inLine: true).Word(step.Kind.Verb());
        switch (step.Kind)
        {
            case StepKind.SwitchContext:
                text.Word(Number(step.Context));
                break;
            case StepKind.SetParameters:
                Write(text, step.Parameters);
                break;
            default:
                text.Word(step.Buffer);
                break;
        }

        if (step.Kind.HasDirection())
        {
            text.Pair("direction", Vocabulary.Directions.WordFor(step.Direction));
        }

        if (step.Options != MapOptions.None)
        {
            text.Pair("options", Vocabulary.Of(step.Options));
        }

        if (step.HasExpectation)
        {
            text.Pair("expect", Vocabulary.Outcomes.WordFor(step.Expected));
        }

        text.End();
    }

    private static void Write(YamlText text, DeviceDmaParameters? parameters)
    {
        text.Map(inLine: true);
        if (parameters is { } set)
        {
            text.Pair("max_segment_size", Number(set.MaxSegmentSize))
                .Pair("max_segment_count", Number(set.MaxSegmentCount))
                .Pair("segment_boundary_mask", string.Create(CultureInfo.InvariantCulture, $"0x{set.SegmentBoundaryMask:x}"));
        }

        text.End();
    }

    private static string Number<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
