using System.Diagnostics;
using CsCheck;
using DmaGrains.Kernel.DeviceTrees;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

public sealed class OverlayMergeTests : IDisposable
{
    private static readonly string[] _names = ["a", "b@1", "b@2", "c@30"];
    private static readonly string[] _newNames = [.. _names, "d@40"];

    private readonly string _folder = Directory.CreateTempSubdirectory("overlays-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_overlay_is_merged_by_labels_and_paths_and_its_phandles_move()
    {
        var tree = FlattenedTree.Read(Base(), new TreeOverlay("o", TreeWriter.Bytes(overlay =>
        {
            overlay.Begin(string.Empty);
            overlay.Begin("fragment@0").Property("target", uint.MaxValue).Begin("__overlay__").Text("status", "okay").Property("iommus", 1, 5).End().End();
            overlay.Begin("fragment@1").Text("target-path", "/").Begin("__overlay__");
            overlay.Begin("mmu@9").Property("phandle", 1).Property("#iommu-cells", 1).End().Begin("soc").Begin("new@2").End().End().End().End();
            overlay.Begin("__fixups__").Text("gpu", "/fragment@0:target:0").End();
            overlay.Begin("__local_fixups__").Begin("fragment@0").Begin("__overlay__").Property("iommus", 0).End().End().End();
            overlay.End();
        })));

        var gpu = tree.Nodes.Single(node => node.Path == "/soc/gpu@1");
        Assert.True(gpu.IsEnabled);
        Assert.Equal("/mmu@9", new PhandleList(tree, gpu.Cells(TreeProperty.Iommus), TreeProperty.IommuCells).Entries.Single().Target!.Path);
        Assert.Equal(["/", "/mmu@9", "/soc", "/soc/new@2", "/soc/gpu@1", "/__symbols__"], tree.Nodes.Select(node => node.Path));
    }

    [Fact]
    public void A_label_of_one_overlay_is_known_to_the_next()
    {
        var first = TreeWriter.Bytes(overlay =>
        {
            overlay.Begin(string.Empty).Begin("fragment@0").Text("target-path", "/soc").Begin("__overlay__").Begin("new@2").Property("phandle", 1).End().End().End();
            overlay.Begin("__symbols__").Text("fresh", "/fragment@0/__overlay__/new@2").End().End();
        });
        var second = TreeWriter.Bytes(overlay =>
        {
            overlay.Begin(string.Empty).Begin("fragment@0").Property("target", 0).Begin("__overlay__").Property("dma-coherent").End().End();
            overlay.Begin("__fixups__").Text("fresh", "/fragment@0:target:0").End().End();
        });

        var tree = FlattenedTree.Read(Base(), new TreeOverlay("1", first), new TreeOverlay("2", second));

        Assert.True(tree.Nodes.Single(node => node.Path == "/soc/new@2").Has(TreeProperty.DmaCoherent));
    }

    [Fact]
    public void A_node_keeps_its_phandle_and_the_overlay_means_that_one()
    {
        var tree = FlattenedTree.Read(Base(), new TreeOverlay("o", TreeWriter.Bytes(overlay =>
        {
            overlay.Begin(string.Empty).Begin("fragment@0").Text("target-path", "/soc/gpu@1").Begin("__overlay__").Property("phandle", 1).Property("memory-region", 1).End().End();
            overlay.Begin("__local_fixups__").Begin("fragment@0").Begin("__overlay__").Property("memory-region", 0).End().End().End().End();
        })));

        var gpu = tree.Nodes.Single(node => node.Path == "/soc/gpu@1");
        Assert.Equal((7U, 7U), (gpu.Cell(TreeProperty.Phandle), gpu.Cell(TreeProperty.MemoryRegion)));
    }

    [Theory]
    [InlineData("label", "the tree has no label nobody; expected one of its labels")]
    [InlineData("place", "the fixup of gpu says '/fragment@0:target'; expected PATH:PROPERTY:OFFSET")]
    [InlineData("node", "the fixup of gpu is for /fragment@7, which the overlay has not; expected a node of the overlay")]
    [InlineData("property", "the fixup of gpu is for the property other of /fragment@0, which it has not; expected one of its properties")]
    [InlineData("offset", "a reference is at byte 1 of the property target of /fragment@0, which has 4 bytes; expected four bytes within it")]
    [InlineData("end", "the fixup of gpu has no end; expected a zero byte after each place")]
    [InlineData("target", "/fragment@0 has neither target nor target-path; expected one of them")]
    [InlineData("path", "the target of /fragment@0 is '/nowhere', which the tree has not; expected a node of the tree")]
    [InlineData("phandle", "the target of /fragment@0 is phandle 0x63, which no node has; expected a node of the tree")]
    [InlineData("high", "the phandle 0xfffffff8 of /fragment@0 and 0x7, the highest of the tree, are together more than 32 bits; expected lower ones")]
    [InlineData("short", "the phandle of /fragment@0 has 0 bytes; expected 4")]
    [InlineData("local", "/__local_fixups__/other stands for no node of the overlay; expected as many nodes below it as the overlay has")]
    public void What_does_not_fit_is_refused_with_the_byte_of_the_overlay(string fault, string problem)
    {
        var bytes = TreeWriter.Bytes(overlay =>
        {
            overlay.Begin(string.Empty).Begin("fragment@0");
            _ = fault switch
            {
                "target" => overlay,
                "path" => overlay.Text("target-path", "/nowhere"),
                "high" => overlay.Text("target-path", "/").Property("phandle", 0xffff_fff8),
                "short" => overlay.Text("target-path", "/").Property("phandle"),
                _ => overlay.Property("target", 99),
            };
            overlay.Begin("__overlay__").End().End().Begin("__fixups__");
            _ = fault switch
            {
                "label" => overlay.Text("nobody", "/fragment@0:target:0"),
                "place" => overlay.Text("gpu", "/fragment@0:target"),
                "node" => overlay.Text("gpu", "/fragment@7:target:0"),
                "property" => overlay.Text("gpu", "/fragment@0:other:0"),
                "offset" => overlay.Text("gpu", "/fragment@0:target:1"),
                "end" => overlay.Property("gpu", [(byte)'/']),
                _ => overlay,
            };
            overlay.End();
            if (fault == "local")
            {
                overlay.Begin("__local_fixups__").Begin("other").End().End();
            }

            overlay.End();
        });

        var refused = Assert.Throws<DeviceTreeException>(() => FlattenedTree.Read(Base(), new TreeOverlay("o.dtbo", bytes)));

        Assert.Equal("o.dtbo", refused.Overlay);
        Assert.Equal($"byte {refused.Offset}: {problem}", refused.Message);
    }

    [Fact]
    public void A_tree_without_labels_is_told_how_it_gets_them()
    {
        var bytes = TreeWriter.Bytes(tree => tree.Begin(string.Empty).End());
        var overlay = TreeWriter.Bytes(tree => tree.Begin(string.Empty).Begin("__fixups__").Text("gpu", "/:target:0").End().End());

        Assert.EndsWith(
            "the label gpu is to be found, and the tree has no __symbols__; expected a tree that keeps its labels (dtc -@)",
            Assert.Throws<DeviceTreeException>(() => FlattenedTree.Read(bytes, new TreeOverlay("o", overlay))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_overlays_are_refused_or_merged() => Gen.Select(Gen.Int, Gen.Int[0, int.MaxValue], Gen.Byte).Sample((seed, at, value) =>
    {
        var (tree, overlay) = Sample(new Random(seed));
        overlay[at % overlay.Length] = value;
        try
        {
            FlattenedTree.Read(tree, new TreeOverlay("o", overlay));
        }
        catch (DeviceTreeException problem)
        {
            Assert.Equal("o", problem.Overlay);
        }
    });

    /// <summary>What Debian's package <c>device-tree-compiler</c> makes of the same.</summary>
    [Fact]
    public async Task Random_overlays_give_what_libfdt_gives()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fdtoverlay"), "fdtoverlay is not here: install device-tree-compiler");
        for (var seed = 0; seed < 150; seed++)
        {
            var (tree, overlay) = Sample(new Random(seed));
            var (input, with, output) = (Path.Combine(_folder, "in.dtb"), Path.Combine(_folder, "with.dtbo"), Path.Combine(_folder, $"out{seed}.dtb"));
            await File.WriteAllBytesAsync(input, tree, Cancellation);
            await File.WriteAllBytesAsync(with, overlay, Cancellation);
            using var libfdt = Process.Start("/usr/bin/fdtoverlay", ["-i", input, "-o", output, with]);
            await libfdt.WaitForExitAsync(Cancellation);

            Assert.True(File.Exists(output), $"seed {seed}: fdtoverlay refused it");
            Assert.Equal(TextOf(FlattenedTree.Read(await File.ReadAllBytesAsync(output, Cancellation))), TextOf(FlattenedTree.Read(tree, new TreeOverlay("o", overlay))));
        }
    }

    private static byte[] Base() => TreeWriter.Bytes(tree =>
    {
        tree.Begin(string.Empty).Property("phandle", 3).Begin("soc");
        tree.Begin("gpu@1").Property("phandle", 7).Text("status", "disabled").End().End();
        tree.Begin("__symbols__").Text("gpu", "/soc/gpu@1").End().End();
    });

    /// <summary>A tree in which every node has a label, and an overlay of fragments that name labels, paths and each other.</summary>
    private static (byte[] Tree, byte[] Overlay) Sample(Random random)
    {
        var paths = new List<string>();
        var tree = TreeWriter.Bytes(writer =>
        {
            writer.Begin(string.Empty);
            Nodes(writer, random, _names, string.Empty, 0, path =>
            {
                paths.Add(path);
                writer.Property("phandle", (uint)paths.Count);
            });
            writer.Begin("__symbols__");
            for (var index = 0; index < paths.Count; index++)
            {
                writer.Text($"l{index}", paths[index]);
            }

            writer.End().End();
        });
        var (fixups, local) = (new Dictionary<string, List<string>>(), new List<string>());
        var overlay = TreeWriter.Bytes(writer =>
        {
            writer.Begin(string.Empty);
            var phandles = 0U;
            var count = random.Next(1, 4);
            for (var index = 0; index < count; index++)
            {
                var target = random.Next(paths.Count);
                writer.Begin($"fragment@{index}");
                if (random.Next(2) == 0)
                {
                    writer.Text("target-path", paths[target]);
                }
                else
                {
                    writer.Property("target", uint.MaxValue);
                    (fixups.TryGetValue($"l{target}", out var uses) ? uses : fixups[$"l{target}"] = []).Add($"/fragment@{index}:target:0");
                }

                writer.Begin("__overlay__");
                Nodes(writer, random, _newNames, $"/fragment@{index}/__overlay__", 1, path =>
                {
                    // Only new nodes bring a phandle, and once: libfdt's versions differ in what becomes of others.
                    if (path.StartsWith("/fragment@0/", StringComparison.Ordinal) && path.EndsWith("@40", StringComparison.Ordinal))
                    {
                        writer.Property("phandle", ++phandles);
                    }

                    if (phandles > 0 && random.Next(2) == 0)
                    {
                        writer.Property("dmas", 5, (uint)random.Next(1, (int)phandles + 1));
                        local.Add(path);
                    }
                    else if (random.Next(2) == 0)
                    {
                        writer.Property("memory-region", 0, uint.MaxValue);
                        var label = $"l{random.Next(paths.Count)}";
                        (fixups.TryGetValue(label, out var uses) ? uses : fixups[label] = []).Add($"{path}:memory-region:4");
                    }
                });
                writer.End().End();
            }

            writer.Begin("__fixups__");
            foreach (var (label, uses) in fixups)
            {
                writer.Text(label, [.. uses]);
            }

            writer.End().Begin("__local_fixups__");
            WriteLocal(writer, [.. local.Select(path => path.Split('/', StringSplitOptions.RemoveEmptyEntries))]);
            writer.End().End();
        });
        return (tree, overlay);
    }

    private static void Nodes(TreeWriter writer, Random random, string[] names, string path, int depth, Action<string> properties)
    {
        foreach (var name in names.Where(_ => random.Next(depth + 2) < 2).ToList())
        {
            writer.Begin(name);
            if (random.Next(2) == 0)
            {
                writer.Property("size", (uint)random.Next(9));
            }

            properties($"{path}/{name}");
            if (depth < 2)
            {
                Nodes(writer, random, names, $"{path}/{name}", depth + 1, properties);
            }

            writer.End();
        }
    }

    private static void WriteLocal(TreeWriter writer, List<string[]> paths)
    {
        if (paths.Any(path => path.Length == 0))
        {
            writer.Property("dmas", 4);
        }

        foreach (var below in paths.Where(path => path.Length > 0).GroupBy(path => path[0]))
        {
            writer.Begin(below.Key);
            WriteLocal(writer, [.. below.Select(path => path[1..])]);
            writer.End();
        }
    }

    private static string TextOf(DeviceTree tree) => string.Join('\n', tree.Nodes.Where(node => !node.Path.StartsWith("/__", StringComparison.Ordinal)).Select(node =>
        $"{node.Path} {string.Join(' ', Enum.GetValues<TreeProperty>().Where(node.Has).Select(property => $"{property.Name()}={Convert.ToHexString(node.Value(property)!.Value.Span)}"))}"));
}
