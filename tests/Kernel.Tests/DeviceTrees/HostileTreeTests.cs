using System.Text.Json.Nodes;
using DmaGrains.Kernel.DeviceTrees;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

public class HostileTreeTests
{
    private static readonly JsonObject _expected =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Trees.Folder("hostile"), "expected.json")))!.AsObject();

    public static TheoryData<string> Names => [.. _expected.Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_odd_tree_is_refused_or_read_as_the_kernel_reads_it(string name)
    {
        var expected = _expected[name]!;
        var bytes = BytesOf(name);
        if (expected["outcome"]!.GetValue<string>() == "refuse")
        {
            var refused = Assert.Throws<DeviceTreeException>(() => Trees.Read(bytes, TreeArchitecture.Arm64));
            Assert.StartsWith($"byte {refused.Offset}: ", refused.Message, StringComparison.Ordinal);
            Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
            Assert.InRange(refused.Offset!.Value, 0, bytes.Length);
            return;
        }

        JsonObject actual;
        try
        {
            actual = Trees.Read(bytes, TreeArchitecture.Arm64);
        }
        catch (DeviceTreeException) when (expected["outcome"]!.GetValue<string>() == "either")
        {
            return;
        }

        FactsComparison.AssertEqual(expected["facts"]!.DeepClone().AsObject(), actual);
    }

    /// <summary>The two long trees are made here, for they are a megabyte of the same few bytes.</summary>
    private static byte[] BytesOf(string name) => name switch
    {
        "deep-100000" => TreeWriter.Bytes(tree =>
        {
            for (var level = 0; level <= 100_000; level++)
            {
                tree.Begin(level == 0 ? string.Empty : "n");
            }
        }),
        "wide-50000" => TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty);
            for (var index = 0; index < 50_000; index++)
            {
                tree.Begin($"n{index:d5}").End();
            }

            tree.End();
        }),
        _ => File.ReadAllBytes(Path.Combine(Trees.Folder("hostile"), $"{name}.dtb")),
    };
}
