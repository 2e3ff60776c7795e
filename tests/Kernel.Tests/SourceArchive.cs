using System.Diagnostics;

namespace DmaGrains.Kernel.Tests;

/// <summary>The source of a kernel, as Debian's package <c>linux-source-VERSION</c> has it.</summary>
internal static class SourceArchive
{
    /// <summary>The release whose lines the catalogue cites and whose functions are compiled. Debian's package goes on to later ones, in which lines move.</summary>
    public const string Release = "6.12.117";

    private const string Makefile = "Makefile";

    /// <summary>Unpacks files.</summary>
    /// <param name="version">As <c>6.12</c>.</param>
    /// <param name="paths">Files or folders of the source.</param>
    /// <param name="folder">Where they are to lie.</param>
    /// <returns>The release, as <c>6.12.117</c>; null when the package is not installed.</returns>
    public static async Task<string?> UnpackAsync(string version, IEnumerable<string> paths, string folder)
    {
        var archive = $"/usr/src/linux-source-{version}.tar.xz";
        if (!File.Exists(archive))
        {
            return null;
        }

        var list = Path.Combine(folder, "files");
        await File.WriteAllLinesAsync(list, paths.Append(Makefile).Distinct().Select(path => $"linux-source-{version}/{path}"), TestContext.Current.CancellationToken);

        // Of a later release a file may be gone: tar says so, and unpacks the others.
        using var tar = Process.Start("tar", ["-xJf", archive, "-C", folder, "--strip-components", "1", "-T", list]);
        await tar.WaitForExitAsync(TestContext.Current.CancellationToken);
        var level = (await File.ReadAllLinesAsync(Path.Combine(folder, Makefile), TestContext.Current.CancellationToken)).First(line => line.StartsWith("SUBLEVEL", StringComparison.Ordinal));
        var release = $"{version}.{level.Split('=')[1].Trim()}";
        Assert.True(tar.ExitCode == 0 || release != Release, $"tar ended with {tar.ExitCode}");
        return release;
    }

    /// <summary>What a test says that is skipped because there is no source.</summary>
    public static string Missing(string version) => $"skipped: no source of Linux {version} is here (apt-get install linux-source-{version})";
}
