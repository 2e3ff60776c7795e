using CsCheck;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class IommuSpacesTests
{
    private static readonly string[] _names = ["a", "b", "c"];

    private static readonly Gen<IommuUse> _genUse = Gen.Select(
        Gen.Int[0, 2].Array[0, 2], Gen.Int[0, 4].Array[0, 2],
        (iommus, streams) => new IommuUse(
            new(iommus.Distinct().Select(index => _names[index])),
            new(iommus.Length == 0 ? [] : streams.Distinct().Select(stream => $"0x{stream:x} 0x0"))));

    [Fact]
    public void Two_devices_share_a_space_exactly_when_a_chain_of_common_streams_leads_from_one_to_the_other() =>
        Gen.Select(_genUse.Array[0, 8], Gen.Bool.Array[3]).Sample((uses, enabled) =>
        {
            var (stages, spaces) = IommuSpaces.Of([.. _names.Zip(enabled, Iommu)], uses);

            Assert.Equal(stages.Length, stages.Select(stage => stage.Name).Distinct().Count());
            Assert.All(stages, stage => Assert.Null(stage.Check()));
            Assert.Superset(spaces.OfType<string>().ToHashSet(), stages.Select(stage => stage.Name).ToHashSet());
            for (var left = 0; left < uses.Length; left++)
            {
                var isTranslated = !uses[left].Iommus.IsEmpty && uses[left].Iommus.Names.All(name => enabled[Array.IndexOf(_names, name)]);
                Assert.Equal(isTranslated, spaces[left] is not null);
                if (isTranslated)
                {
                    var chain = ChainFrom(left, uses, [.. uses.Select((_, index) => spaces[index] is not null)]);
                    Assert.Equal(chain, (IEnumerable<int>)Enumerable.Range(0, uses.Length).Where(right => spaces[right] == spaces[left]));
                }
            }
        });

    [Fact]
    public void A_board_file_gives_spaces_by_streams()
    {
        var board = BoardFile.Parse(
            """
            name: streams
            title: Streams
            memory: [{name: ram, kind: system, start: 0x0, size: 64MiB, source: a choice}]
            iommus:
              - {name: smmu, first: 0x0, last: 0xffffffffffff, output_limit: 0xffffffff, source: a choice}
              - {name: off, first: 0x0, last: 0xffffffff, enabled: false, source: a choice}
              - {name: left, first: 0x0, last: 0xffffff, source: a choice}
              - {name: right, first: 0x0, last: 0xffff, source: a choice}
            devices:
              - {name: display, iommu: smmu, streams: [0x880 0x8, 0xc80 0x8]}
              - {name: camera, iommu: smmu, streams: [0x808 0x0]}
              - {name: writeback, iommu: smmu, streams: [0xc80 0x8]}
              - {name: rest, iommu: smmu}
              - {name: codec, iommu: [left, off]}
              - {name: mfc, iommu: [left, right]}
              - {name: mfc-right, iommu: right}
            """,
            "streams.yaml");

        Assert.Equal(
            ["smmu#0x880-0x8", "smmu#0x808-0x0", "smmu#0x880-0x8", "smmu", null, "left", "left"],
            board.Devices.Select(device => device.Iommu));
        Assert.Equal(["smmu#0x880-0x8", "smmu#0x808-0x0", "smmu", "left"], board.Stages.Select(stage => stage.Name));
        Assert.Equal([uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, 0UL, 0UL, 0UL], board.Devices.Select(device => device.OutputLimit));
    }

    [Theory]
    [InlineData("streams: [0x1]", "7:14: a device has the key 'streams' and not the key 'iommu'; expected the MMU that knows it by these streams")]
    [InlineData("iommu: smmu\n    streams: [0x1, 0x1]", "8:14: streams has '0x1' twice; expected each stream once")]
    [InlineData("iommu: smmu\n    streams: []", "8:14: streams is an empty list; expected a list with at least one entry")]
    public void Streams_that_say_nothing_are_refused_with_their_place(string keys, string saying)
    {
        var problem = Assert.Throws<FileFormatException>(() => BoardFile.Parse(
            $$"""
            name: streams
            title: Streams
            memory: [{name: ram, kind: system, start: 0x0, size: 64MiB, source: a choice}]
            iommus: [{name: smmu, first: 0x0, last: 0xffffffffffff, source: a choice}]
            devices:
              - name: display
                {{keys}}
            """,
            "streams.yaml"));

        Assert.Equal(saying, $"{problem.Line}:{problem.Column}: {problem.Problem}");
    }

    private static StatedIommu Iommu(string name, bool isEnabled) => new(new(name, new(new(0), new(0xffffffff), 4096)), isEnabled);

    /// <summary>The devices that are reached from one, by common keys.</summary>
    private static SortedSet<int> ChainFrom(int start, IommuUse[] uses, bool[] isTranslated)
    {
        var found = new SortedSet<int> { start };
        while (true)
        {
            var keys = found.SelectMany(index => uses[index].Keys).ToHashSet();
            var next = Enumerable.Range(0, uses.Length).Where(index => isTranslated[index] && uses[index].Keys.Any(keys.Contains)).ToList();
            if (found.IsSupersetOf(next))
            {
                return found;
            }

            found.UnionWith(next);
        }
    }
}
