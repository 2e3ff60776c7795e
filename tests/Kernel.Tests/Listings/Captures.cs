using System.Text.Json;

namespace DmaGrains.Kernel.Tests.Listings;

/// <summary>Text from running kernels, and what was known of each scene.</summary>
internal static class Captures
{
    private const string Ending = ".expected.json";

    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "captures");

    /// <summary>The scenes: a kernel's folder and the start of a file's name.</summary>
    public static IEnumerable<string> Scenes => Directory
        .EnumerateFiles(_folder, $"*{Ending}", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_folder, file)[..^Ending.Length])
        .Order(StringComparer.Ordinal);

    /// <summary>The scenes that have such a text.</summary>
    public static IEnumerable<string> ScenesWith(string kind) => Scenes.Where(scene => File.Exists(PathOf(scene, kind)));

    /// <summary>What the kernel printed.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="kind">bufinfo or sysfs.</param>
    public static string Text(string scene, string kind) => File.ReadAllText(PathOf(scene, kind));

    /// <summary>What was known of it: inode, size, exporter, name, devices in the order of attaching.</summary>
    public static IEnumerable<(ulong Inode, ulong Size, string Exporter, string? Name, string Devices)> Known(string scene)
    {
        using var known = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, $"{scene}{Ending}")));
        return
        [
            .. known.RootElement.GetProperty("buffers").EnumerateArray().Select(buffer => (
                buffer.GetProperty("ino").GetUInt64(),
                buffer.GetProperty("size").GetUInt64(),
                buffer.GetProperty("exporter").GetString()!,
                buffer.GetProperty("name").GetString(),
                string.Join(' ', buffer.GetProperty("attached").EnumerateArray().Select(device => device.GetString())))),
        ];
    }

    private static string PathOf(string scene, string kind) => Path.Combine(_folder, $"{scene}.{kind}.txt");
}
