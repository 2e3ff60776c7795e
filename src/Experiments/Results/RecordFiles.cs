using HdrHistogram;

namespace DmaGrains.Experiments.Results;

/// <summary>Writes each record to the Parquet files of its type, and passes it on.</summary>
internal sealed class RecordFiles : IResultSink
{
    private readonly IResultSink _next;
    private readonly Kind _repetitions;
    private readonly Kind _measures;
    private readonly Kind _refusals;
    private readonly Kind _hazards;
    private readonly Kind _memory;
    private readonly HistogramKind _times;
    private readonly HistogramKind _latencies;
    private readonly NumberColumn<ulong> _virtualNanoseconds = new("virtual_nanoseconds");
    private readonly NumberColumn<ulong> _commands = new("commands");
    private readonly WordColumn _measure = new("measure");
    private readonly NumberColumn<double> _value = new("value");
    private readonly WordColumn _step = new("step");
    private readonly WordColumn _errno = new("errno");
    private readonly WordColumn _refusedField = new("field");
    private readonly WordColumn _refusedImporter = new("importer");
    private readonly NumberColumn<ulong> _refusalCount = new("count");
    private readonly NumberColumn<ulong> _fragmented = new("of_them_fragmented");
    private readonly WordColumn _hazard = new("kind");
    private readonly WordColumn _hazardImporter = new("importer");
    private readonly WordColumn _hazardField = new("field");
    private readonly NumberColumn<ulong> _hazardCount = new("count");
    private readonly NumberColumn<int> _board = new("board");
    private readonly WordColumn _region = new("region");
    private readonly NumberColumn<ulong> _at = new("at_nanoseconds");
    private readonly NumberColumn<ulong> _free = new("free_bytes");
    private readonly NumberColumn<ulong> _largestFree = new("largest_free_bytes");
    private readonly NumberColumn<uint> _freeRuns = new("free_runs");
    private readonly NumberColumn<uint> _live = new("live_buffers");

    /// <summary>Nothing is written yet.</summary>
    /// <param name="folder">A folder is made in it for each type of which there are records.</param>
    /// <param name="next">Takes each record as well.</param>
    public RecordFiles(string folder, IResultSink next)
    {
        _next = next;
        _repetitions = new(folder, "repetitions", _virtualNanoseconds, _commands);
        _measures = new(folder, Measures, _measure, _value);
        _refusals = new(folder, "refusals", _step, _errno, _refusedField, _refusedImporter, _refusalCount, _fragmented);
        _hazards = new(folder, "hazards", _hazard, _hazardImporter, _hazardField, _hazardCount);
        _memory = new(folder, "memory", _board, _region, _at, _free, _largestFree, _freeRuns, _live);
        _times = new(folder, "times-to-first-map");
        _latencies = new(folder, "latencies");
    }

    /// <summary>The folder of the measures.</summary>
    public const string Measures = "measures";

    /// <summary>The names of the folders, one for each type of record.</summary>
    public static IReadOnlyList<string> Names { get; } = ["repetitions", Measures, "refusals", "hazards", "memory", "times-to-first-map", "latencies"];

    /// <summary>Writes pending records.</summary>
    /// <exception cref="ResultsException">It cannot be written.</exception>
    public void Flush()
    {
        foreach (var kind in (Kind[])[_repetitions, _measures, _refusals, _hazards, _memory])
        {
            kind.Flush();
        }

        _times.Flush();
        _latencies.Flush();
    }

    /// <inheritdoc/>
    public void Add(Repetition repetition)
    {
        _virtualNanoseconds.Add(repetition.VirtualNanoseconds);
        _commands.Add(repetition.Commands);
        _repetitions.EndRow(repetition.Case, repetition.Index);
        foreach (var (measure, value) in repetition.Measures)
        {
            _measure.Add(measure);
            _value.Add(value);
            _measures.EndRow(repetition.Case, repetition.Index);
        }

        _next.Add(repetition);
    }

    /// <inheritdoc/>
    public void Add(RefusalCount refusals)
    {
        _step.Add(refusals.Step);
        _errno.Add(refusals.Errno);
        _refusedField.Add(refusals.Field);
        _refusedImporter.Add(refusals.Importer);
        _refusalCount.Add(refusals.Count);
        _fragmented.Add(refusals.OfThemFragmented);
        _refusals.EndRow(refusals.Case, refusals.Repetition);
        _next.Add(refusals);
    }

    /// <inheritdoc/>
    public void Add(HazardCount hazards)
    {
        _hazard.Add(hazards.Kind);
        _hazardImporter.Add(hazards.Importer);
        _hazardField.Add(hazards.Field);
        _hazardCount.Add(hazards.Count);
        _hazards.EndRow(hazards.Case, hazards.Repetition);
        _next.Add(hazards);
    }

    /// <inheritdoc/>
    public void Add(in MemorySample sample)
    {
        _board.Add(sample.Board);
        _region.Add(sample.Region);
        _at.Add(sample.AtNanoseconds);
        _free.Add(sample.FreeBytes);
        _largestFree.Add(sample.LargestFreeBytes);
        _freeRuns.Add(sample.FreeRuns);
        _live.Add(sample.LiveBuffers);
        _memory.EndRow(sample.Case, sample.Repetition);
        _next.Add(sample);
    }

    /// <inheritdoc/>
    public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
    {
        _times.Add(@case, repetition, histogram);
        _next.AddTimesToFirstMap(@case, repetition, histogram);
    }

    /// <inheritdoc/>
    public void AddLatencies(int @case, int repetition, LongHistogram histogram)
    {
        _latencies.Add(@case, repetition, histogram);
        _next.AddLatencies(@case, repetition, histogram);
    }

    /// <summary>A type of record; each belongs to a repetition of a case.</summary>
    private sealed class Kind
    {
        private readonly NumberColumn<int> _case = new("case");
        private readonly NumberColumn<int> _repetition = new("repetition");
        private readonly RecordTable _table;

        public Kind(string folder, string name, params RecordColumn[] columns)
        {
            _table = new(Path.Combine(folder, name), [_case, _repetition, .. columns]);
        }

        public void EndRow(int @case, int repetition)
        {
            _case.Add(@case);
            _repetition.Add(repetition);
            _table.EndRow();
        }

        public void Flush() => _table.Flush();
    }

    /// <summary>Times, as the values of histograms and how often each was.</summary>
    private sealed class HistogramKind
    {
        private readonly NumberColumn<long> _nanoseconds = new("nanoseconds");
        private readonly NumberColumn<long> _count = new("count");
        private readonly Kind _kind;

        public HistogramKind(string folder, string name) => _kind = new(folder, name, _nanoseconds, _count);

        public void Add(int @case, int repetition, LongHistogram histogram)
        {
            foreach (var value in histogram.RecordedValues())
            {
                _nanoseconds.Add(value.ValueIteratedTo);
                _count.Add(value.CountAddedInThisIterationStep);
                _kind.EndRow(@case, repetition);
            }
        }

        public void Flush() => _kind.Flush();
    }
}
