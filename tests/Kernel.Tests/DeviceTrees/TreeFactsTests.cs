using DmaGrains.Kernel.DeviceTrees;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

public class TreeFactsTests
{
    public static TheoryData<string> Files => [.. Trees.FactsFiles];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_tree_gives_the_facts_of_an_independent_program(string file)
    {
        var expected = Trees.Facts(file);
        var (set, tree) = (expected["package_set"]!.GetValue<string>(), expected["file"]!.GetValue<string>());
        var bytes = Trees.FetchedTree(set, tree, expected["sha256"]!.GetValue<string>());
        var architecture = expected["arch"]!.GetValue<string>() == "arm" ? TreeArchitecture.Arm : TreeArchitecture.Arm64;

        FactsComparison.AssertEqual(expected, Trees.Read(bytes, architecture));
    }

    [Theory]
    [InlineData("/firmware/scm", "platform")]
    [InlineData("/firmware/scm/below", "by-driver")]
    [InlineData("/soc/firmware/scm", "by-driver")]
    [InlineData("/soc/bus", "platform")]
    [InlineData("/soc/bus/amba", "amba")]
    [InlineData("/soc/other/amba", "by-driver")]
    public void The_core_makes_devices_below_buses_that_it_knows_and_directly_below_firmware(string path, string kind)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var facts = Trees.Read(
            TreeWriter.Bytes(tree =>
            {
                tree.Begin(string.Empty);
                foreach (var name in names)
                {
                    tree.Begin(name).Property("dma-coherent").Text("compatible", name switch
                    {
                        "soc" or "bus" => "simple-bus",
                        "amba" => "arm,primecell",
                        _ => "example,any",
                    });
                }

                for (var level = 0; level <= names.Length; level++)
                {
                    tree.End();
                }
            }),
            TreeArchitecture.Arm64);

        Assert.Equal(kind, facts["devices"]!.AsArray().Single(device => device!["path"]!.GetValue<string>() == path)!["kind"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0, "ignored: zero size")]
    [InlineData(2, "coherent")]
    public void A_region_with_a_place_list_of_no_entry_is_none(int cells, string kind)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("reserved-memory").Property("#address-cells", 1).Property("#size-cells", 1).Property("ranges");
            tree.Begin("pool").Text("compatible", "shared-dma-pool").Property("size", 0x1000).Property("reg", [.. new uint[] { 0x8000_0000, 0x1000 }.Take(cells)]).End().End().End();
        });

        Assert.Equal(kind, Trees.Read(bytes, TreeArchitecture.Arm64)["reserved_memory"]!["regions"]![0]!["kind"]!.GetValue<string>());
    }
}
