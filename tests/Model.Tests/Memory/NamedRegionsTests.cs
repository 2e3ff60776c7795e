using CsCheck;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Boards;

namespace DmaGrains.Model.Tests.Memory;

public sealed class NamedRegionsTests
{
    private static readonly MemoryRegionLayout[] _board = [.. MappedBoard.Definition.Memory];

    private static readonly Gen<NameList> _names =
        Gen.Select(Gen.Shuffle(_board.Select(region => region.Name).ToArray()), Gen.Int[0, 3], (names, count) =>
            new NameList(names.Take(count)));

    [Fact]
    public void Find_gives_what_is_named_in_that_order_or_says_what_is_wrong_with_it() =>
        _names.Sample(names =>
        {
            var expected = names.Names.Select(name => _board.Single(region => region.Name == name)).ToList();
            var isPossible = expected.All(region => region.Kind != MemoryKind.Bounce);

            var found = NamedRegions.Find(names, _board);

            return isPossible ? found.Value.SequenceEqual(expected) : found.Refusal is { Errno: Errno.EINVAL, Field: "Memory" };
        });

    [Fact]
    public void Pages_come_from_what_is_named_or_from_system_RAM_and_contiguous_areas() => _names.Sample(names =>
    {
        var expected = names.IsEmpty
            ? _board.Where(region => region.Kind is MemoryKind.System or MemoryKind.Contiguous)
            : _board.Where(region => names.Names.Contains(region.Name) && region.Kind != MemoryKind.Bounce);

        return _board.Where(region => NamedRegions.MayGive(names, region)).SequenceEqual(expected);
    });

    [Theory]
    [InlineData("ghost")]
    [InlineData("Ram")]
    [InlineData("")]
    [InlineData(null)]
    public void Find_refuses_with_EINVAL_and_the_boards_regions_when_one_is_unknown(string? name)
    {
        var refusal = NamedRegions.Find(new("ram", name!), _board).Refusal!;

        Assert.Equal((Errno.EINVAL, "Memory"), (refusal.Errno, refusal.Field));
        Assert.All(_board, region => Assert.Contains(region.Name, refusal.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pool")]
    [InlineData("ram", "pool")]
    public void Find_refuses_with_EINVAL_when_the_pool_for_bounces_is_named(params string[] names) =>
        Assert.Equal((Errno.EINVAL, "Memory"), FaultOf(NamedRegions.Find(new(names), _board).Refusal));

    [Theory]
    [InlineData("ram", "cma", "secure")]
    [InlineData("splash", "vram", "stolen")]
    [InlineData("vram", "ram")]
    public void Find_accepts_regions_with_struct_pages_and_regions_without(params string[] names) =>
        Assert.Equal(names, NamedRegions.Find(new(names), _board).Value.Select(region => region.Name));

    [Fact]
    public void Check_refuses_with_ENOSPC_when_there_are_more_names_than_a_board_has_regions()
    {
        var names = Enumerable.Range(0, 64).Select(index => $"r{index}").ToList();

        Assert.Null(NamedRegions.Check(new(names)));
        Assert.Equal((Errno.ENOSPC, "Memory"), FaultOf(NamedRegions.Check(new([.. names, "r0"]))));
    }

    [Theory]
    [InlineData("ram", "cma", "ram")]
    [InlineData(null, null)]
    public void Check_refuses_with_EINVAL_when_a_region_is_named_twice(params string?[] names) =>
        Assert.Equal((Errno.EINVAL, "Memory"), FaultOf(NamedRegions.Check(new(names!))));

    private static (Errno?, string?) FaultOf(Refusal? refusal) => (refusal?.Errno, refusal?.Field);
}
