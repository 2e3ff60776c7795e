using Parquet;

namespace DmaGrains.Experiments.Results;

/// <summary>The measures of each repetition, read from a results folder.</summary>
public sealed class StoredMeasures
{
    private readonly Dictionary<(int Case, string Measure), SortedDictionary<int, double>> _values = [];

    private StoredMeasures()
    {
    }

    /// <summary>Reads the measures of a results folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="names">The measures to read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ResultsException">A file is damaged.</exception>
    public static async Task<StoredMeasures> ReadAsync(string path, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var measures = new StoredMeasures();
        var folder = Path.Combine(path, RecordFiles.Measures);
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.parquet") : [])
        {
            try
            {
                await measures.ReadFileAsync(file, names, cancellationToken);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                // The parser may throw anything for a damaged file.
                throw new ResultsException($"{Model.HarmlessText.Of(file)} is damaged: expected a Parquet file of measures ({Model.HarmlessText.Short(problem.Message, 100)})");
            }
        }

        return measures;
    }

    /// <summary>A measure of the repetitions of a case, by index; empty when there are none.</summary>
    public IReadOnlyDictionary<int, double> Of(int @case, string measure) => _values.GetValueOrDefault((@case, measure)) ?? [];

    private async Task ReadFileAsync(string file, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(file, cancellationToken: cancellationToken);
        var fields = reader.Schema.DataFields.ToDictionary(field => field.Name);
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            var rows = checked((int)group.RowCount);
            var (cases, repetitions, measures, values) = (new int[rows], new int[rows], new string?[rows], new double[rows]);
            await group.ReadAsync(fields["case"], cases.AsMemory(), cancellationToken: cancellationToken);
            await group.ReadAsync(fields["repetition"], repetitions.AsMemory(), cancellationToken: cancellationToken);
            await group.ReadAsync(fields["measure"], measures.AsMemory(), cancellationToken: cancellationToken);
            await group.ReadAsync(fields["value"], values.AsMemory(), cancellationToken: cancellationToken);
            for (var row = 0; row < rows; row++)
            {
                if (measures[row] is { } measure && names.Contains(measure))
                {
                    Add(cases[row], measure, repetitions[row], values[row]);
                }
            }
        }
    }

    private void Add(int @case, string measure, int repetition, double value)
    {
        if (!_values.TryGetValue((@case, measure), out var ofRepetitions))
        {
            _values[(@case, measure)] = ofRepetitions = [];
        }

        ofRepetitions[repetition] = value;
    }
}
