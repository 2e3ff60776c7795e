using CsCheck;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

public sealed class JournalPackTests
{
    private static readonly Gen<(long Grain, long Sequence, int Checksum, byte[]? Name, byte[] Payload)[]> _any = Gen.Select(
        Gen.Frequency((4, Gen.Long[0, 300]), (1, Gen.Const((long)int.MaxValue))),
        Gen.Frequency((4, Gen.Long[1, 300]), (1, Gen.Const(long.MaxValue))),
        Gen.Int,
        Gen.Frequency((3, Gen.Const((byte[]?)null)), (1, Gen.Byte.Array[1, 200].Select(name => (byte[]?)name))),
        Gen.Byte.Array[0, 300]).Array[1, 12];

    [Fact]
    public void Rows_that_fit_are_read_as_they_were_written_and_those_that_do_not_change_nothing() => _any.Sample(rows =>
    {
        var pack = new JournalPack();
        var kept = rows.Where(row => pack.TryAdd(Row(row))).ToList();

        Assert.Equal(kept.Count, pack.Count);
        Assert.InRange(pack.Bytes.Length, 0, JournalPack.BytesMax);
        var left = pack.Bytes;
        foreach (var (grain, sequence, checksum, name, payload) in kept)
        {
            Assert.True(JournalPack.TryTake(ref left, out var row));
            Assert.Equal((grain, sequence, checksum, name is not null), (row.Grain, row.Sequence, row.Checksum, row.IsSnapshot));
            Assert.Equal(name ?? [], row.Name.ToArray());
            Assert.Equal(payload, row.Payload.ToArray());
        }

        Assert.False(JournalPack.TryTake(ref left, out _));
        pack.Clear();
        Assert.True(pack.Bytes.IsEmpty);
    });

    [Fact]
    public void Bytes_that_are_no_rows_end_without_an_exception() => Gen.Select(_any, Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 1000]).Sample((rows, place, value, cut) =>
    {
        var pack = new JournalPack();
        foreach (var row in rows)
        {
            pack.TryAdd(Row(row));
        }

        var bytes = pack.Bytes[..Math.Min(cut, pack.Bytes.Length)].ToArray();
        if (place < bytes.Length)
        {
            bytes[place] = value;
        }

        ReadOnlySpan<byte> left = bytes;
        var taken = 0;
        while (JournalPack.TryTake(ref left, out var row))
        {
            taken += row.Name.Length + row.Payload.Length;
        }

        Assert.InRange(taken, 0, bytes.Length);
    });

    private static LogRow Row((long Grain, long Sequence, int Checksum, byte[]? Name, byte[] Payload) row) =>
        new(row.Grain, row.Sequence, row.Checksum, row.Name is not null, row.Name, row.Payload);
}
