using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DmaGrains.Kernel.DeviceTrees;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

/// <summary>Device trees for tests: odd ones of our own, and those of Debian's kernels where they were fetched.</summary>
internal static class Trees
{
    private const string FolderVariable = "DEVICE_TREES";

    /// <summary>A folder of the tests' own.</summary>
    public static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, "trees", name);

    public static JsonObject Read(byte[] bytes, TreeArchitecture architecture) =>
        FactsJson.Of(TreeFactsReader.Read(FlattenedTree.Read(bytes), architecture));

    /// <summary>The facts files, by name.</summary>
    public static IEnumerable<string> FactsFiles => Directory.EnumerateFiles(Folder("facts"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>A facts file.</summary>
    public static JsonObject Facts(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder("facts"), file)))!.AsObject();

    /// <summary>The folder with Debian's trees; the test is skipped, and says so, where there is none.</summary>
    public static string Fetched
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(FolderVariable);
            Assert.SkipUnless(
                folder is not null && Directory.Exists(folder),
                $"{FolderVariable} names no folder. To fill one: tests/device-trees fetch FOLDER (200 MB from Debian's mirror).");
            return folder!;
        }
    }

    /// <summary>The bytes of a tree of Debian's; the test is skipped, and says so, where it is another one.</summary>
    public static byte[] FetchedTree(string set, string file, string sha256)
    {
        var path = Path.Combine(Fetched, set, file);
        Assert.SkipUnless(File.Exists(path), $"{set}/{file} is not in the package of today.");
        var bytes = File.ReadAllBytes(path);
        Assert.SkipUnless(Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256, $"{set}/{file} is another one in the package of today.");
        return bytes;
    }
}
