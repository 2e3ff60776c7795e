using CsCheck;
using DmaGrains.Grains.Storage;

namespace DmaGrains.Grains.Tests.Storage;

public sealed class LedgerTests
{
    private const int HeaviestItem = 9;

    // An item is its key, a colon, and as many stars as it weighs.
    private static readonly ChunkedMapShape<string, string> _shape = new(
        item => item[..item.IndexOf(':', StringComparison.Ordinal)], item => item.Count(c => c == '*'), ChangedMax: 4, GoneMax: 3, ChunkMax: 6);

    private static readonly Gen<(string Key, string? Item)> _change = Gen.Select(
        Gen.Int[0, 30], Gen.Frequency((2, Gen.Int[1, 3]), (2, Gen.Const(0)), (1, Gen.Int[4, HeaviestItem])),
        (number, weight) => ($"k{number}", weight == 0 ? null : $"k{number}:{new string('*', weight)}"));

    // Few keys in small chunks, and some so heavy that several chunks are written at once: writers get in each other's way.
    private static readonly ChunkedMapShape<string, string> _small = _shape with { ChangedMax = 3, GoneMax = 2, ChunkMax = 3 };

    private static readonly Gen<(string Key, string? Item)> _closeChange = Gen.Select(
        Gen.Int[0, 9], Gen.OneOf(0, 0, 1, 2, 9),
        (number, weight) => ($"k{number}", weight == 0 ? null : $"k{number}:{new string('*', weight)}"));

    [Fact]
    public void A_chunked_map_keeps_what_a_dictionary_keeps() => _change.Array[1, 150].Sample(changes =>
    {
        var kept = new SortedDictionary<string, string>();
        var states = new VersionedStates();
        var activation = new ChunkedMapActivation(_shape, states, Note(kept));
        foreach (var (key, item) in changes)
        {
            Play(activation, key, item, int.MaxValue);

            AssertSame(kept, states);
        }

        Assert.Equal(changes.GroupBy(change => change.Key).Count(group => group.Last().Item is not null), kept.Count);
    });

    [Fact]
    public void A_crash_at_any_read_or_write_loses_and_doubles_nothing() =>
        Gen.Select(_change, Gen.Int[0, 12]).Array[1, 150].Sample(steps =>
        {
            var kept = new SortedDictionary<string, string>();
            var states = new VersionedStates();
            var activation = new ChunkedMapActivation(_shape, states, Note(kept));
            foreach (var ((key, item), stepsUntilCrash) in steps)
            {
                Play(activation, key, item, stepsUntilCrash);

                AssertSame(kept, states);
            }
        });

    [Fact]
    public void Two_activations_that_believe_to_be_the_one_lose_and_double_nothing() =>
        Gen.Select(_closeChange.Array[50], _closeChange.Array[50], Gen.Int[0, 9].Array[120]).Sample((ours, theirs, turns) =>
        {
            var kept = new SortedDictionary<string, string>();
            var states = new VersionedStates();
            var one = new ChunkedMapActivation(_small, states, Note(kept));
            var other = new ChunkedMapActivation(_small, states, Note(kept));
            var work = (PlayAllAsync(one, ours), PlayAllAsync(other, theirs));
            for (var turn = 0; turn < turns.Length; turn++)
            {
                var gate = (turn % 2 == 0 ? one : other).Gate;
                for (var step = 0; step < turns[turn] && gate.IsWaiting; step++)
                {
                    gate.Step();

                    AssertSame(kept, states);
                }
            }

            Assert.False(work.Item1.IsFaulted || work.Item2.IsFaulted);
        });

    [Fact]
    public void Records_and_chunks_stay_small_however_much_is_kept() => _change.Array[1, 200].Sample(changes =>
    {
        var states = new VersionedStates();
        var activation = new ChunkedMapActivation(_shape, states, (_, _) => { });
        foreach (var (key, item) in changes)
        {
            Play(activation, key, item, int.MaxValue);

            // A command brings one item or moves it, and one new chunk is written before it at most.
            var beside = states.Now.Changes;
            Assert.InRange(beside.Sum(change => change.Item is { } kept ? _shape.WeightOf(kept) : 0), 0, _shape.ChangedMax + (2 * HeaviestItem));
            Assert.InRange(beside.Count(change => change.Item is null), 0, _shape.GoneMax + 2);
            Assert.All(
                Enumerable.Range(0, states.Now.ChunkCount),
                chunk => Assert.InRange(states.ChunkNow(chunk).Sum(_shape.WeightOf), 0, _shape.ChunkMax - 1 + HeaviestItem));
        }
    });

    [Fact]
    public void A_change_of_many_items_writes_chunks_as_the_next_ones_come() => Gen.Int[1, 60].Sample(count =>
    {
        var map = ChunkedMap<string, string>.Of(_shape, new(), []);
        for (var number = 0; number < count; number++)
        {
            map = map.With($"k{number}:*");
        }

        var states = new VersionedStates();
        states.TryWrite("record", map.ToRecord(), 0);
        var kept = new SortedDictionary<string, string>(Enumerable.Range(0, count).ToDictionary(n => $"k{n}", n => $"k{n}:*"));
        var activation = new ChunkedMapActivation(_shape, states, Note(kept));
        for (var round = 0; round < 12; round++)
        {
            Play(activation, "k0", $"k0:{new string('*', 1 + (round % 2))}", int.MaxValue);

            AssertSame(kept, states);
        }

        Assert.InRange(states.Now.Changes.Length, 0, _shape.ChangedMax + 1);
    });

    [Fact]
    public void Chunks_are_half_full_before_new_ones_are_begun() => _change.Array[1, 300].Sample(changes =>
    {
        var light = _shape with { WeightOf = static _ => 1 };
        var kept = new SortedDictionary<string, string>();
        var states = new VersionedStates();
        var activation = new ChunkedMapActivation(light, states, Note(kept));
        var most = 0;
        foreach (var (key, item) in changes)
        {
            Play(activation, key, item, int.MaxValue);
            most = Math.Max(most, kept.Count);
        }

        var chunks = states.Now.Changes.Select(change => change.Chunk + 1).Append(states.Now.ChunkCount).Max();
        Assert.InRange(chunks, 0, (most / (light.ChunkMax / 2)) + 1);
    });

    private static async Task PlayAllAsync(ChunkedMapActivation activation, IEnumerable<(string Key, string? Item)> changes)
    {
        foreach (var (key, item) in changes)
        {
            await activation.ChangeAsync(key, item);
        }
    }

    /// <summary>One change, until it is done or a crash comes after so many reads and writes.</summary>
    private static void Play(ChunkedMapActivation activation, string key, string? item, int stepsUntilCrash)
    {
        var change = activation.ChangeAsync(key, item);
        for (var step = 0; !change.IsCompleted && step < stepsUntilCrash; step++)
        {
            activation.Gate.Step();
        }

        Assert.False(change.IsFaulted);
        if (!change.IsCompleted)
        {
            activation.Crash();
        }
    }

    private static Action<string, string?> Note(SortedDictionary<string, string> kept) => (key, item) =>
    {
        kept.Remove(key);
        if (item is not null)
        {
            kept.Add(key, item);
        }
    };

    private static void AssertSame(SortedDictionary<string, string> kept, VersionedStates states) =>
        Assert.Equal(kept.Values.Order(), states.LedgerNow(_shape).Items.Order());
}
