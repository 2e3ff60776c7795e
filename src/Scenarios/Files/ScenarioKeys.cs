namespace DmaGrains.Scenarios.Files;

/// <summary>What a scenario file says of a buffer so that somebody exports it in some way: to be put among the keys of the buffer.</summary>
public static class ScenarioKeys
{
    /// <summary>The lines, <c>exporter</c>, <c>memory</c> and <c>policy</c>.</summary>
    /// <param name="exporter">The device that exports, or null.</param>
    /// <param name="memory">The regions that it names.</param>
    /// <param name="policy">Its policy, as files say it.</param>
    /// <param name="columns">How long a line may be; a mapping that is longer goes on in further ones.</param>
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

    /// <summary>Cut behind commas; lines that go on are indented, as YAML wants them.</summary>
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
