using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// The workload of one board with its random numbers: what arrives, and when. It is the same in virtual time (<see cref="Simulation"/>) and
/// in real time (<see cref="Driving.BoardDrive"/>).
/// </summary>
/// <remarks>With its parts, such as <see cref="StreamPlay"/>, the only place that decides this.</remarks>
internal sealed class WorkloadPlay
{
    /// <summary>Creates a workload before its first arrival.</summary>
    /// <param name="case">The case.</param>
    /// <param name="board">The board's index in the case.</param>
    /// <param name="limits">The limits with the random numbers.</param>
    public WorkloadPlay(ExperimentCase @case, int board, SimulationLimits limits)
    {
        var stream = 0U;
        Streams = [.. @case.Workload.Select(each => new StreamPlay(each, DrawsOf(stream++)))];
        Others = [.. @case.OtherMemory.Select((each, index) => new OtherPlay(each, index, DrawsOf(stream++)))];
        Faults = [.. @case.Faults.Select((each, index) => new FaultPlay(each, index, DrawsOf(stream++)))];

        Draws DrawsOf(uint of) => new(limits.Seed, (uint)limits.Repetition, (uint)board, of);
    }

    /// <summary>The streams, in the order of the file.</summary>
    public ImmutableArray<StreamPlay> Streams { get; }

    /// <summary>The other users of memory, in file order.</summary>
    public ImmutableArray<OtherPlay> Others { get; }

    /// <summary>The faults, in file order.</summary>
    public ImmutableArray<FaultPlay> Faults { get; }

    /// <summary>The first events, with their times in nanoseconds from the start.</summary>
    public IEnumerable<(ulong At, Event What)> Beginnings()
    {
        for (var index = 0; index < Streams.Length; index++)
        {
            if (Streams[index].Stream.Arrivals is StreamArrivals.Closed closed)
            {
                for (var client = 0U; client < closed.Clients; client++)
                {
                    yield return (Streams[index].ThinkBefore(client), new(EventKind.Client, index, client));
                }
            }
            else if (Streams[index].ArrivalOf(0, 0) is { } at)
            {
                yield return (at, new(EventKind.Arrival, index, 0));
            }
        }

        for (var index = 0; index < Others.Length; index++)
        {
            yield return (Others[index].ArrivalOf(0, 0), new(EventKind.OtherArrival, index, 0));
        }

        for (var index = 0; index < Faults.Length; index++)
        {
            yield return (Faults[index].UntilNext(0), new(EventKind.Fault, index, 0));
        }
    }

    /// <summary>The events that end the use of buffers: the end of their life, and when each importer is done with them.</summary>
    /// <param name="session">The buffers.</param>
    /// <param name="now">Now, in nanoseconds from the start.</param>
    public IEnumerable<(ulong At, Event What)> EndsOf(Session session, ulong now)
    {
        var life = session.Stream < Streams.Length
            ? Streams[session.Stream].LifetimeOf(session.Number)
            : Others[session.Stream - Streams.Length].LifetimeOf(session.Number);
        if (life is { } nanoseconds)
        {
            yield return (now + nanoseconds, new(EventKind.EndOfLife, session.Stream, session.Number));
        }

        for (var importer = 0; importer < session.Importers; importer++)
        {
            if (Streams[session.Stream].UntilLeft(session.Number, importer) is { } length)
            {
                yield return (Math.Max(now, session.ArrivedAt + length), new(EventKind.LastUse, session.Stream, session.Number, importer));
            }
        }
    }
}
