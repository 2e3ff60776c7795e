using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>A stream as played on a board.</summary>
internal sealed class StreamPlay
{
    private readonly WeightedChoice<int> _sets;
    private readonly BufferExport _export;
    private readonly Draws _draws;
    private readonly ImmutableArray<RecordedArrival> _recorded;

    /// <summary>Creates a stream before its first arrival.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="draws">Its random numbers.</param>
    public StreamPlay(BufferStream stream, in Draws draws)
    {
        Stream = stream;
        _draws = draws;
        _sets = new([.. stream.Importers.Choices.Select((choice, index) => new Weighted<int>(index, choice.Weight))]);
        _export = new(stream.Name, 1, stream.Exporter) { Policy = stream.Policy, Memory = stream.Memory };
        Sets = [.. stream.Importers.Choices.Select(choice => ImporterCommands.Of(choice.Value))];
        _recorded = stream.Arrivals is StreamArrivals.Recorded recorded ? recorded.Buffers : default;
    }

    /// <summary>The stream.</summary>
    public BufferStream Stream { get; }

    /// <summary>The commands of each set of importers.</summary>
    public ImmutableArray<ImmutableArray<ImporterCommands>> Sets { get; }

    /// <summary>Its buffers on the board, by number.</summary>
    public Dictionary<ulong, Session> Sessions { get; } = [];

    /// <summary>The sessions in the order of their numbers.</summary>
    public IEnumerable<Session> InOrder => Sessions.OrderBy(session => session.Key).Select(session => session.Value);

    /// <summary>When the buffers of a number arrive, in a stream that is not a closed loop; null after the last arrival.</summary>
    public ulong? ArrivalOf(ulong number, ulong previous) =>
        _recorded.IsDefault ? ((StreamArrivals.Open)Stream.Arrivals).Process.At(_draws, number, previous)
        : number < (ulong)_recorded.Length ? _recorded[(int)number].AtNanoseconds
        : null;

    /// <summary>How long the client thinks before the buffers of a number, in nanoseconds.</summary>
    public ulong ThinkBefore(ulong number) => Math.Max(1, Draw(((StreamArrivals.Closed)Stream.Arrivals).Think, Purpose.Think, number));

    /// <summary>How long the buffers of a number are used once they are served, in nanoseconds; null for until the end.</summary>
    public ulong? LifetimeOf(ulong number) =>
        Stream.Lifetime is { } lifetime ? Draw(lifetime, Purpose.Lifetime, number) : _recorded[(int)number].LifetimeNanoseconds;

    /// <summary>How long after their arrival an importer is done with the buffers of a number, in nanoseconds; null when it uses them to their end.</summary>
    public ulong? UntilLeft(ulong number, int importer) =>
        _recorded.IsDefault || _recorded[(int)number].Set is null ? null : _recorded[(int)number].Uses[importer].ToNanoseconds;

    /// <summary>Time from a use to the next, in nanoseconds.</summary>
    public ulong UntilNextUse(Session session) => Math.Max(1, Draw(Stream.Uses!.Every, Purpose.Use, session.Number, session.Uses));

    /// <summary>How long the latest use is, in nanoseconds.</summary>
    public ulong LengthOfUse(Session session) => Draw(Stream.Uses!.For, Purpose.UseLength, session.Number, session.Uses);

    /// <summary>The buffers of a number, as they arrive.</summary>
    public Session Arrive(ulong number, ulong at)
    {
        var recorded = _recorded.IsDefault ? (RecordedArrival?)null : _recorded[(int)number];
        var set = recorded?.Set ?? (_sets.Choices.Length == 1 ? 0 : _sets.At(_draws.Uniform(Purpose.Importers, number)));
        var joins = new ulong[Sets[set].Length];
        for (var importer = 0; importer < joins.Length; importer++)
        {
            joins[importer] = at + (recorded?.Set is null
                ? Draw(Stream.FirstUse, Purpose.FirstUse, number, (uint)importer)
                : recorded.Value.Uses[importer].FromNanoseconds);
        }

        return new()
        {
            Stream = (int)_draws.Stream,
            Number = number,
            ArrivedAt = at,
            SizeBytes = Math.Clamp(
                Stream.Size is { } size ? Draw(size, Purpose.Size, number) : recorded!.Value.SizeBytes, 1, BufferExport.SizeBytesMax),
            Set = set,
            Buffers = new DmaBuffer?[Stream.Pool],
            Holdings = new Holding[Stream.Pool * joins.Length],
            HasBeenMapped = new bool[Stream.Pool],
            JoinsAt = joins,
        };
    }

    /// <summary>What a refused export, attach or map leads to.</summary>
    /// <param name="session">The buffers, of this stream.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="isExport">Whether it was an export.</param>
    /// <remarks>The only place that decides this.</remarks>
    public AfterRefusal After(Session session, Refusal refusal, bool isExport)
    {
        var isBeingServed = session.Stage == SessionStage.BeingServed;
        return isBeingServed && refusal.Errno == Errno.ENOMEM && Stream.Waits ? AfterRefusal.Wait
            : isExport || (isBeingServed && session.Buffers.Length > 1) ? AfterRefusal.End
            : refusal.Errno == Errno.EAGAIN && Stream.Uses is not null ? AfterRefusal.TryAgain
            : AfterRefusal.Leave;
    }

    /// <summary>The export of a buffer.</summary>
    public BufferExport ExportOf(Session session, int buffer) => _export with { Name = NameOf(session, buffer), SizeBytes = session.SizeBytes };

    /// <summary>The name of a buffer; each attempt uses new names.</summary>
    public string NameOf(Session session, int buffer) => session.Attempts == 1
        ? $"{Stream.Name}.{session.Number}.{buffer}"
        : $"{Stream.Name}.{session.Number}.{buffer}.{session.Attempts}";

    private ulong Draw(Distribution of, Purpose purpose, ulong number, uint turn = 0) => of is Distribution.Constant
        ? of.Whole(0)
        : of.Whole(_draws.Uniform(purpose, number, turn));
}
