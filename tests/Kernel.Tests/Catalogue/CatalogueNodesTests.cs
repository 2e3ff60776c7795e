using DmaGrains.Kernel.Catalogue;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.Catalogue;

/// <summary>What the build makes of the catalogue's files.</summary>
public class CatalogueNodesTests
{
    private const string Folder = "catalogue/";

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "DmaGrains.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    [Fact]
    public void The_program_has_the_nodes_of_each_file_with_their_places()
    {
        var assembly = typeof(CatalogueNodes).Assembly;
        var files = Directory.EnumerateFiles(Path.Combine(Repository, Folder), "*.yaml").ToList();
        Assert.NotEmpty(files);
        Assert.Equal(
            files.Select(file => Folder + Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
            assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(files, file =>
        {
            var name = Folder + Path.GetFileNameWithoutExtension(file);
            Assert.Equal(Lines(NodeTree.Read(file)), Lines(CatalogueNodes.Read(name, assembly.GetManifestResourceStream(name)!)));
        });
    }

    private static IEnumerable<string> Lines(FileNode node) => node switch
    {
        MapNode map => map.Keys.SelectMany(key => Lines(key).Concat(Lines(map.Required(key.Value)))).Prepend(Line(node)),
        ListNode list => list.Entries.SelectMany(Lines).Prepend(Line(node)),
        TextNode text => [$"{Line(node)} {text.IsPlain} {text.Value}"],
        _ => throw new InvalidOperationException(node.Found),
    };

    private static string Line(FileNode node) => $"{node.Place.Line}:{node.Place.Column} {node.GetType().Name} {node.Label}";
}
