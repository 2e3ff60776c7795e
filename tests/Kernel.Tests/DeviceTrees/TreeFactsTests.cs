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
}
