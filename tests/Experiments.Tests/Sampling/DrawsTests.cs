using CsCheck;
using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Tests.Sampling;

public class DrawsTests
{
    private const int Count = 65_536;

    private static readonly Draws _any = new(1, 0, 0, 0);

    /// <summary>Draws whose keys are neighbours in one part: a table of the part and the draw of a place in it.</summary>
    public static TheoryData<string, Func<uint, double>> Neighbours => new()
    {
        { "seed", index => new Draws(index, 0, 0, 0).Uniform(Purpose.Size, 0) },
        { "repetition", index => new Draws(1, index, 0, 0).Uniform(Purpose.Size, 0) },
        { "board", index => new Draws(1, 0, index, 0).Uniform(Purpose.Size, 0) },
        { "stream", index => new Draws(1, 0, 0, index).Uniform(Purpose.Size, 0) },
        { "number", index => _any.Uniform(Purpose.Size, index) },
        { "large number", index => _any.Uniform(Purpose.Size, ulong.MaxValue - index) },
        { "turn", index => _any.Uniform(Purpose.Size, 0, index) },
        { "purpose", index => _any.Uniform((Purpose)index, 0) },
    };

    [Fact]
    public void Draws_lie_strictly_between_0_and_1() =>
        Gen.Select(Gen.ULong, Gen.UInt, Gen.UInt, Gen.UInt, Gen.ULong, Gen.UInt).Sample((seed, repetition, board, stream, number, turn) =>
            new Draws(seed, repetition, board, stream).Uniform(Purpose.Lifetime, number, turn) is > 0 and < 1);

    [Fact]
    public void The_same_key_gives_the_same_draw() =>
        Gen.Select(Gen.ULong, Gen.UInt, Gen.ULong).Sample((seed, repetition, number) =>
            new Draws(seed, repetition, 2, 3).Uniform(Purpose.Size, number) == new Draws(seed, repetition, 2, 3).Uniform(Purpose.Size, number));

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void Draws_of_neighbouring_keys_are_uniform(string part, Func<uint, double> draw)
    {
        Assert.NotEmpty(part);
        Fits.AreUniform(Enumerable.Range(0, Count).Select(index => draw((uint)index)));
    }

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void Draws_of_neighbouring_keys_are_independent(string part, Func<uint, double> draw)
    {
        Assert.NotEmpty(part);
        Fits.AreIndependent(Enumerable.Range(0, Count).Select(index => (draw((uint)index), draw((uint)index + 1))));
    }

    [Fact]
    public void Draws_for_two_purposes_of_one_buffer_are_independent() => Fits.AreIndependent(
        Enumerable.Range(0, Count).Select(index => (_any.Uniform(Purpose.Size, (ulong)index), _any.Uniform(Purpose.Lifetime, (ulong)index))));
}
