using DmaGrains.Kernel.Capturing;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Capturing;

public sealed class MachineTreeTests
{
    [Fact]
    public void Links_lead_through_the_tree_and_never_out_of_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("etc/passwd", "ours\n");
        folder.Link("sys/absolute", "/etc/passwd");
        folder.Link("sys/climbing", "../../../../../../../../etc/passwd");
        folder.Link("sys/round", "round");
        folder.Link("sys/class/one", "../other");
        folder.Write("sys/other/file", "through\n");
        var tree = new MachineTree(folder.Path);

        Assert.Equal("ours", tree.Text("/sys/absolute"));
        Assert.Equal("ours", tree.Text("/sys/climbing"));
        Assert.Equal("through", tree.Text("/sys/class/one/file"));
        Assert.Null(tree.Text("/sys/round"));
        Assert.Null(tree.Text("/sys/round/more"));
        Assert.Null(tree.Resolve("/sys/round"));
        Assert.Equal("/sys/other/file", tree.Resolve("/sys/class/one/../other/./file"));
    }

    [Fact]
    public void What_cannot_be_read_is_noted_once_and_what_may_be_absent_is_not()
    {
        using var folder = new TemporaryFolder();
        folder.Write("number", "x");
        var tree = new MachineTree(folder.Path);

        Assert.Null(tree.Text("/absent"));
        Assert.Null(tree.Text("/absent"));
        Assert.Null(tree.TextIfAny("/may/be/absent"));
        Assert.Null(tree.NumberIfAny("/number"));
        Assert.Null(tree.Text("/"));
        Assert.Empty(tree.Names("/absent"));

        Assert.Equal(["/", "/absent", "/number"], tree.Unread.Select(unread => unread.Path));
    }
}
