using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Tests.Playing;
using HdrHistogram;
using Parquet;
using Parquet.Schema;

namespace DmaGrains.Experiments.Tests.Results;

public sealed class ResultsFolderTests : IDisposable
{
    private const string Rest = """
        workload:
          - {name: s, arrivals: {poisson: 300/s}, size: {exponential: 2MiB}, lifetime: {exponential: 60ms}, importers: [gpu, display], first-use: {exponential: 1ms}}
        matrix: {policy: [refuse, migrate]}
        duration: 1s
        warm-up: 100ms
        repetitions: 2
        """;

    private readonly string _path = Directory.CreateTempSubdirectory("dmagrains-results-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task Every_record_is_read_again_as_it_was()
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(Rest));
        using var results = Create(experiment);
        var collected = new CollectedResults();
        new ExperimentRun(experiment, new Both(results, collected), new()).Play(Cancellation);
        End(results, experiment);

        Assert.NotEmpty(collected.Refusals);
        Assert.NotEmpty(collected.Samples);
        Assert.Equal(
            collected.Repetitions.Select(each => $"{each.Case} {each.Index} {each.VirtualNanoseconds} {each.Commands}"), await RowsAsync("repetitions"));
        Assert.Equal(
            collected.Repetitions.SelectMany(each => each.Measures.Select(measure => FormattableString.Invariant($"{each.Case} {each.Index} {measure.Key} {measure.Value}"))),
            await RowsAsync("measures"));
        Assert.Equal(
            collected.Refusals.Select(each => $"{each.Case} {each.Repetition} {each.Step} {each.Errno} {each.Field} {each.Importer} {each.Count} {each.OfThemFragmented}"),
            await RowsAsync("refusals"));
        Assert.Equal(collected.Hazards.Select(each => $"{each.Case} {each.Repetition} {each.Kind} {each.Importer} {each.Field} {each.Count}"), await RowsAsync("hazards"));
        Assert.Equal(
            collected.Samples.Select(each =>
                $"{each.Case} {each.Repetition} {each.Board} {each.Region} {each.AtNanoseconds} {each.FreeBytes} {each.LargestFreeBytes} {each.FreeRuns} {each.LiveBuffers}"),
            await RowsAsync("memory"));
        Assert.Equal(
            results.Sums[0].TimesToFirstMap!.TotalCount,
            (await RowsAsync("times-to-first-map")).Select(row => row.Split(' ')).Where(row => row[0] == "0").Sum(row => long.Parse(row[3], null)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(RecordTable.RowsMax - 1, 1)]
    [InlineData(RecordTable.RowsMax, 1)]
    [InlineData(RecordTable.RowsMax + 1, 2)]
    public async Task A_file_has_a_bounded_number_of_rows(int rows, int files)
    {
        using var results = Create(SmallExperiment.Read(SmallExperiment.Text(Rest)));
        for (var row = 0; row < rows; row++)
        {
            results.Add(new MemorySample(0, 0, 0, "cma", (ulong)row, 1, 1, 1, 1));
        }

        // What is full is written before the run is at its end.
        Assert.Equal(rows / RecordTable.RowsMax, FilesOf("memory").Length);
        End(results, SmallExperiment.Read(SmallExperiment.Text(Rest)));
        Assert.Equal(files, FilesOf("memory").Length);
        Assert.Equal(rows, (await RowsAsync("memory")).Count);
    }

    [Theory]
    [InlineData("0", 100)]
    [InlineData("500ms", 50)]
    public void Times_to_the_first_map_leave_out_the_warm_up_as_all_measures_do(string warmUp, int buffers)
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            $"workload: [{{name: s, arrivals: {{constant: 100/s}}, size: 4KiB, lifetime: 1ms, importers: gpu, first-use: 2us}}]\nduration: 1s\nwarm-up: {warmUp}"));
        var sums = new ResultSums(experiment);

        new ExperimentRun(experiment, sums, new()).Play(Cancellation);

        var report = Assert.Single(ExperimentReport.Of(experiment, sums, Deciding.Usual).Cases);
        Assert.Equal(buffers, report.Means["buffers"]);
        Assert.Equal(buffers, report.TimesToFirstMap!.Count);
        Assert.All(report.TimesToFirstMap.Percentiles, percentile => Assert.InRange(percentile.Nanoseconds, 1950, 2050));
    }

    [Fact]
    public void The_first_experiment_of_the_documentation_is_one()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "experiments.md"));
        var blocks = page.Split("```yaml\n")[1..].Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)]).ToList();
        var later = string.Join('\n', blocks[0].Split('\n')
            .Where(line => !line.StartsWith("name", StringComparison.Ordinal) && !line.StartsWith("question", StringComparison.Ordinal) && !line.StartsWith("matrix", StringComparison.Ordinal))) + blocks[1];

        Assert.Equal(2, ExperimentFile.Parse(blocks[0], "first.yaml").Cases.Length);
        Assert.Single(ExperimentFile.Parse(later, "how-much.yaml").Thresholds);
    }

    [Fact]
    public void Boards_are_kept_where_the_copy_of_the_experiment_finds_them()
    {
        foreach (var folder in (string[])["here", "boards", "away/deep"])
        {
            Directory.CreateDirectory(Path.Combine(_path, folder));
            File.WriteAllText(Path.Combine(_path, folder, "small.yaml"), SmallExperiment.Board);
        }

        var text = SmallExperiment.Text(Rest).Replace("[small.yaml]", "[small.yaml, ../boards/small.yaml, ./small.yaml, small]", StringComparison.Ordinal);
        var experiment = ExperimentFile.Parse(text, Path.Combine(_path, "here", "experiment.yaml"));

        Create(experiment).Dispose();

        Assert.Equal(experiment.Cases[0].Boards.Length, ExperimentFile.Read(Path.Combine(_path, "kept", "input", "experiment.yaml")).Cases[0].Boards.Length);
        Assert.Equal(
            ["input/small.yaml", "boards/small.yaml", "input/small.yaml", "boards/small.yaml"],
            StoredResults.Read(Path.Combine(_path, "kept")).Run.Files.Select(file => file.File));
    }

    [Fact]
    public void A_board_from_elsewhere_is_kept_within_the_folder()
    {
        File.WriteAllText(Path.Combine(_path, "small.yaml"), SmallExperiment.Board);
        var text = SmallExperiment.Text(Rest).Replace("[small.yaml]", $"[{_path}/small.yaml, ../../small.yaml]", StringComparison.Ordinal);

        Create(ExperimentFile.Parse(text, Path.Combine(_path, "a", "b", "experiment.yaml"))).Dispose();

        var boards = StoredResults.Read(Path.Combine(_path, "kept")).Run.Files;
        Assert.Equal(2, boards.Select(board => board.File).Distinct().Count());
        Assert.All(boards, board => Assert.Equal(SmallExperiment.Board, File.ReadAllText(Path.Combine(_path, "kept", board.File))));
    }

    [Theory]
    [InlineData("run.json", "{}")]
    [InlineData("run.json", "{")]
    [InlineData("run.json", "[]")]
    [InlineData("run.json", "null")]
    [InlineData("summary.json", "{\"cases\": 1}")]
    public void Damaged_results_are_told(string file, string text)
    {
        using var results = Create(SmallExperiment.Read(SmallExperiment.Text(Rest)));
        End(results, SmallExperiment.Read(SmallExperiment.Text(Rest)));
        File.WriteAllText(Path.Combine(_path, "kept", file), text);

        var problem = Assert.Throws<ResultsException>(() => StoredResults.Read(Path.Combine(_path, "kept")));

        Assert.Contains("is damaged, or of another version", problem.Message, StringComparison.Ordinal);
        Assert.False(problem.IsUnwritable);
    }

    [Fact]
    public async Task A_run_that_failed_keeps_what_came_of_it_and_says_why()
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(Rest)) with { Where = ExperimentPlace.Silo };
        using var results = Create(experiment);
        results.Add(new Repetition(0, 0, 1, 1, System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty.Add("commands", 5)));

        results.Fail(ExperimentReport.Of(experiment, results.Sums, Deciding.Usual) with { IsComplete = false }, "no reply");

        var stored = StoredResults.Read(Path.Combine(_path, "kept"));
        Assert.Equal(("no reply", false, ExperimentPlace.Silo), (stored.Run.Plays[0].Failure, stored.Run.IsComplete, stored.Run.Where));
        Assert.NotNull(stored.Run.Plays[0].Ended);
        Assert.Equal(5, stored.ReadReport().Cases[0].Means["commands"]);
        Assert.Equal(["0 0 commands 5"], await RowsAsync("measures"));
    }

    private static void End(ResultsFolder results, Experiment experiment) =>
        results.End(ExperimentReport.Of(experiment, results.Sums, Deciding.Usual));

    private ResultsFolder Create(Experiment experiment) =>
        ResultsFolder.Create(Path.Combine(_path, "kept"), replaces: false, experiment, Deciding.Usual, ["experiment"], TimeProvider.System);

    /// <summary>None where there are no records.</summary>
    private string[] FilesOf(string kind) => Path.Combine(_path, "kept", kind) is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    /// <summary>The rows of all files of a type, as texts.</summary>
    private async Task<List<string>> RowsAsync(string kind)
    {
        var rows = new List<string>();
        foreach (var file in FilesOf(kind).Order(StringComparer.Ordinal))
        {
            await using var reader = await ParquetReader.CreateAsync(file, cancellationToken: Cancellation);
            using var group = reader.OpenRowGroupReader(0);
            var columns = new List<string[]>();
            foreach (var field in reader.Schema.DataFields)
            {
                columns.Add(await ValuesAsync(group, field, checked((int)group.RowCount)));
            }

            rows.AddRange(Enumerable.Range(0, (int)group.RowCount).Select(row => string.Join(' ', columns.Select(column => column[row]))));
        }

        return rows;
    }

    private static async Task<string[]> ValuesAsync(ParquetRowGroupReader group, DataField field, int rows)
    {
        if (field.ClrType == typeof(ReadOnlyMemory<char>))
        {
            var words = new string?[rows];
            await group.ReadAsync(field, words.AsMemory());
            return [.. words.Select(word => word!)];
        }

        return field.ClrType == typeof(int) ? await NumbersAsync<int>()
            : field.ClrType == typeof(uint) ? await NumbersAsync<uint>()
            : field.ClrType == typeof(long) ? await NumbersAsync<long>()
            : field.ClrType == typeof(ulong) ? await NumbersAsync<ulong>()
            : await NumbersAsync<double>();

        async Task<string[]> NumbersAsync<T>()
            where T : struct, IFormattable
        {
            var numbers = new T[rows];
            await group.ReadAsync(field, numbers.AsMemory());
            return [.. numbers.Select(number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture))];
        }
    }

    /// <summary>Gives two sinks the same records.</summary>
    private sealed class Both(IResultSink one, IResultSink other) : IResultSink
    {
        public void Add(Repetition repetition)
        {
            one.Add(repetition);
            other.Add(repetition);
        }

        public void Add(RefusalCount refusals)
        {
            one.Add(refusals);
            other.Add(refusals);
        }

        public void Add(HazardCount hazards)
        {
            one.Add(hazards);
            other.Add(hazards);
        }

        public void Add(in MemorySample sample)
        {
            one.Add(sample);
            other.Add(sample);
        }

        public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
        {
            one.AddTimesToFirstMap(@case, repetition, histogram);
            other.AddTimesToFirstMap(@case, repetition, histogram);
        }
    }
}
