namespace DmaGrains.Scenarios.Files;

/// <summary>Writes the keys of a buffer in a scenario file that tell who exports it and how.</summary>
public static class ScenarioKeys
{
    /// <summary>The lines of <c>exporter</c>, <c>memory</c> and <c>policy</c>.</summary>
    /// <param name="exporter">The device that exports, or null.</param>
    /// <param name="memory">The regions that it names.</param>
    /// <param name="policy">Its policy, as files write it.</param>
    /// <param name="columns">The longest line, in characters; longer mappings are wrapped.</param>
    public static IEnumerable<string> Lines(string? exporter, IReadOnlyCollection<string> memory, string policy, int columns)
    {
        var text = new YamlText().Map();
        if (exporter is not null)
        {
            text.Pair("exporter", exporter);
        }

        if (memory.Count > 0)
        {
            text.Pair("memory", memory);
        }

        string[] keys = [.. exporter is null && memory.Count == 0 ? [] : text.ToString().TrimEnd().Split('\n'), $"policy: {policy}"];
        return keys.SelectMany(key => Wrapped(key, columns));
    }

    /// <summary>Wraps after commas and indents further lines, as YAML requires.</summary>
    private static IEnumerable<string> Wrapped(string key, int columns)
    {
        var line = string.Empty;
        foreach (var part in key.Split(", "))
        {
            var longer = line.Length == 0 ? part : $"{line}, {part}";
            if (line.Length != 0 && longer.Length + 1 > columns)
            {
                yield return $"{line},";
                longer = $"  {part}";
            }

            line = longer;
        }

        yield return line;
    }
}
