using DmaGrains.Model;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The table that a scatterlist record expects, or the error.</summary>
internal sealed record ScatterlistExpectation
{
    private readonly string? _errno;
    private readonly uint _entryCount;
    private readonly SgEntry[] _entries = [];

    private ScatterlistExpectation(string errno) => _errno = errno;

    private ScatterlistExpectation(uint entryCount, SgEntry[] entries)
    {
        _entryCount = entryCount;
        _entries = entries;
    }

    public static ScatterlistExpectation Read(VectorField expect)
    {
        if (expect.MemberOrNull("errno") is { } errno)
        {
            expect.AllowOnly("errno");
            return Enum.GetNames<Errno>().Contains(errno.Text())
                ? new(errno.Text())
                : throw errno.Unexpected("an errno of the model, such as EINVAL");
        }

        expect.AllowOnly("nents", "segments");
        var segments = expect.Member("segments").Items(0, VectorLines.LengthMax);
        return new(expect.Member("nents").Number32(), [.. segments.Select(ReadSegment)]);
    }

    public Mismatch? CompareWith(Errno errno)
    {
        var actual = errno.ToString();
        return _errno == actual ? null : new(Outline, actual);
    }

    public Mismatch? CompareWith(ReadOnlySpan<SgEntry> table)
    {
        if (_errno is not null || _entryCount != table.Length || _entries.Length != table.Length)
        {
            return new(Outline, $"nents {table.Length}, {table.Length} segments");
        }

        var same = table.CommonPrefixLength(_entries);
        return same == table.Length
            ? null
            : new($"segments[{same}] {Describe(_entries[same])}", Describe(table[same]));
    }

    private string Outline => _errno ?? $"nents {_entryCount}, {_entries.Length} segments";

    private static SgEntry ReadSegment(VectorField segment)
    {
        var numbers = segment.Items(3, 3);
        return new(numbers[0].Number(), numbers[1].Number32(), numbers[2].Number32());
    }

    private static string Describe(SgEntry entry) => $"[{entry.FirstPfn},{entry.OffsetBytes},{entry.LengthBytes}]";
}
