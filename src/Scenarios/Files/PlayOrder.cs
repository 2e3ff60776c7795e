using System.Collections.Immutable;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>The order of steps: indexes of importers, one for each step.</summary>
internal static class PlayOrder
{
    /// <summary>Reads the order from a file.</summary>
    public static ImmutableArray<int> Read(FileNode node, ImmutableArray<Importer> importers)
    {
        var indexes = new Vocabulary<int>(
            importers.Select((importer, index) => KeyValuePair.Create(importer.Name, index)));
        var order = ImmutableArray.CreateBuilder<int>();
        var turns = new int[importers.Length];
        foreach (var entry in node.AsList(ScenarioFile.StepsMax))
        {
            var index = entry.AsChoice(indexes);
            if (indexes.Count != 0)
            {
                turns[index]++;
            }

            order.Add(index);
        }

        for (var index = 0; index < turns.Length; index++)
        {
            var importer = importers[index];
            if (turns[index] != importer.Steps.Length)
            {
                node.Place.Report(
                    $"order names {importer.Name} {turns[index]} times",
                    $"{importer.Steps.Length}, one for each of its steps");
            }
        }

        return order.ToImmutable();
    }

    /// <summary>One step of each importer in turn; finished ones drop out.</summary>
    public static ImmutableArray<int> RoundRobin(ImmutableArray<Importer> importers)
    {
        var order = ImmutableArray.CreateBuilder<int>();
        var playing = Enumerable.Range(0, importers.Length).ToList();
        for (var round = 0; playing.Count != 0; round++)
        {
            playing.RemoveAll(index => importers[index].Steps.Length <= round);
            order.AddRange(playing);
        }

        return order.ToImmutable();
    }
}
