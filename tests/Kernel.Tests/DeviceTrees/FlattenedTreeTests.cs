using CsCheck;
using DmaGrains.Kernel.DeviceTrees;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

public class FlattenedTreeTests
{
    private static readonly byte[][] _sound =
        [.. Directory.EnumerateFiles(Trees.Folder("hostile"), "*.dtb").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length > 400)];

    private static readonly Gen<(string Name, uint[] Cells)[]> _genNodes =
        Gen.Select(Gen.Char["abcxyz"].Array[1, 8].Select(name => new string(name)), Gen.UInt.Array[0, 5]).Array[1, 12];

    [Fact]
    public void What_was_written_is_read() => _genNodes.Sample(nodes =>
    {
        var tree = FlattenedTree.Read(TreeWriter.Bytes(
            writer =>
            {
                writer.Begin(string.Empty);
                foreach (var (name, cells) in nodes)
                {
                    writer.Begin(name).Property("reg", cells).Property("not-of-interest", 1, 2).End();
                }

                writer.End();
            },
            (0x1000, 0x2000)));

        Assert.Equal(nodes.Select(node => node.Name), tree.Root.Children.Select(child => child.Name));
        Assert.Equal(
            nodes.Select(node => node.Cells),
            tree.Root.Children.Select(child => child.Cells(TreeProperty.Reg)).Select(cells => cells.Slice(0, cells.Count)));
        Assert.Equal([new TreeRange(0x1000, 0x2000)], tree.Reserved);
    });

    [Fact]
    public void Whatever_the_bytes_a_tree_is_read_or_refused_with_the_place() => Gen.Select(
        Gen.Int[0, _sound.Length - 1].Select(index => _sound[index]), Gen.Select(Gen.Int[0, 399], Gen.Byte).Array[1, 4], Gen.Int[0, 400]).Sample((sound, changes, cut) =>
    {
        var bytes = sound.ToArray();
        foreach (var (at, value) in changes)
        {
            bytes[at] = value;
        }

        bytes = cut > 300 ? bytes[..cut] : bytes;
        try
        {
            Trees.Read(bytes, cut % 2 == 0 ? TreeArchitecture.Arm : TreeArchitecture.Arm64);
        }
        catch (DeviceTreeException refused)
        {
            Assert.InRange(refused.Offset!.Value, 0, bytes.Length);
            Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
        }
    });

    [Theory]
    [InlineData(1024, null)]
    [InlineData(1025, "the path of a node has 1025 characters")]
    public void A_path_has_at_most_1024_characters(int length, string? problem)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty);
            for (var rest = length; rest > 0; rest -= 250)
            {
                tree.Begin(new('n', Math.Min(rest, 250) - 1));
            }

            for (var rest = length; rest > 0; rest -= 250)
            {
                tree.End();
            }

            tree.End();
        });
        if (problem is null)
        {
            Assert.Equal(length, FlattenedTree.Read(bytes).Nodes[^1].Path.Length);
        }
        else
        {
            Assert.Contains(problem, Assert.Throws<DeviceTreeException>(() => FlattenedTree.Read(bytes)).Message, StringComparison.Ordinal);
        }
    }
}
