using CsCheck;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class SealedStateTests
{
    private static readonly Gen<(string Grain, string Name, long Version, byte[] State)> _any =
        Gen.Select(Gen.String[0, 300], Gen.String[1, 10], Gen.Long[1, long.MaxValue], Gen.Byte.Array[0, 200]);

    [Fact]
    public void What_was_sealed_is_unsealed() => _any.Sample(any =>
    {
        var stored = SealedState.Seal(any.Grain, any.Name, any.Version, any.State);

        Assert.Equal(any.State, SealedState.Unseal(any.Grain, any.Name, any.Version, stored)!.Value.ToArray());
        Assert.Null(SealedState.Unseal(any.Grain, any.Name, any.Version, SealedState.Seal(any.Grain, any.Name, any.Version, null)));
    });

    [Fact]
    public void A_bit_that_changed_anywhere_is_found() => Gen.Select(_any, Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample((any, place, bit) =>
    {
        var stored = SealedState.Seal(any.Grain, any.Name, any.Version, any.State);
        stored[place % stored.Length] ^= (byte)(1 << bit);

        Assert.Throws<StorageException>(() => SealedState.Unseal(any.Grain, any.Name, any.Version, stored));
    });

    [Fact]
    public void What_was_cut_short_is_found() => Gen.Select(_any, Gen.Int[0, int.MaxValue]).Sample((any, size) =>
    {
        var stored = SealedState.Seal(any.Grain, any.Name, any.Version, any.State);

        Assert.Throws<StorageException>(() => SealedState.Unseal(any.Grain, any.Name, any.Version, stored[..(size % stored.Length)]));
    });

    [Theory]
    [InlineData("b/x", "buffer", 2)]
    [InlineData("b/y", "buffer", 1)]
    [InlineData("b/x", "device", 1)]
    [InlineData("b/xb", "uffer", 1)]
    public void What_belongs_to_another_key_or_version_is_found(string grain, string name, long version)
    {
        var stored = SealedState.Seal("b/x", "buffer", 1, new byte[] { 1 });

        var fault = Assert.Throws<StorageException>(() => SealedState.Unseal(grain, name, version, stored));

        Assert.Contains($"state '{name}' of {grain} is damaged", fault.Message, StringComparison.Ordinal);
    }
}
