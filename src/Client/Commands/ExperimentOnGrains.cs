using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Interfaces;
using HdrHistogram;

namespace DmaGrains.Client.Commands;

/// <summary>Plays an experiment on grains, and says on standard error what its figures do not.</summary>
internal static class ExperimentOnGrains
{
    /// <summary>Plays all repetitions.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="gateway">Where the cluster is; null for an embedded silo.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sink">Gets the results.</param>
    /// <param name="progress">Is told how far it has come.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="NoReplyException">No silo answers.</exception>
    /// <exception cref="RefusedBoardException">The cluster refuses a board.</exception>
    public static async Task PlayAsync(
        ParseResult parsed, string? gateway, Experiment experiment, IResultSink sink, Action<RunProgress> progress, CancellationToken cancellation)
    {
        // What is held is given back after Ctrl-C, too, so the connection does not end with it.
        var connection = await Connection.OpenAsync(gateway, GatewayAccess.Of(parsed), null, null, cancellation, CancellationToken.None);
        await using (connection)
        {
            var warned = new WarningSink(sink);
            var run = new LiveRun(experiment, connection.Grains, warned, new() { Progress = progress, SentAgain = () => connection.SentAgain });
            try
            {
                await run.PlayAsync(cancellation);
            }
            finally
            {
                foreach (var line in warned.Lines.Concat(run.Left))
                {
                    parsed.InvocationConfiguration.Error.WriteLine($"dmagrains: {line}.");
                }
            }
        }
    }

    /// <summary>Looks at repetitions as they pass.</summary>
    private sealed class WarningSink(IResultSink sink) : IResultSink
    {
        private readonly SortedSet<(int Case, int Repetition, string Line)> _lines = [];

        public IEnumerable<string> Lines => _lines.Select(line => $"case {line.Case + 1}, repetition {line.Repetition + 1}: {line.Line}");

        public void Add(Repetition repetition)
        {
            foreach (var line in LiveWarnings.Of(repetition))
            {
                _lines.Add((repetition.Case, repetition.Index, line));
            }

            sink.Add(repetition);
        }

        public void Add(RefusalCount refusals) => sink.Add(refusals);

        public void Add(HazardCount hazards) => sink.Add(hazards);

        public void Add(in MemorySample sample) => sink.Add(sample);

        public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram) => sink.AddTimesToFirstMap(@case, repetition, histogram);

        public void AddLatencies(int @case, int repetition, LongHistogram histogram) => sink.AddLatencies(@case, repetition, histogram);
    }
}
