using System.Diagnostics;

namespace DmaGrains.Kernel.Tests;

/// <summary>The source of a kernel, as Debian's package <c>linux-source-VERSION</c> has it.</summary>
internal static class SourceArchive
{
    /// <summary>Unpacks files; false when the package is not installed.</summary>
    /// <param name="version">As <c>6.12</c>.</param>
    /// <param name="paths">Files or folders of the source.</param>
    /// <param name="folder">Where they are to lie.</param>
    public static async Task<bool> TryUnpackAsync(string version, IEnumerable<string> paths, string folder)
    {
        var archive = $"/usr/src/linux-source-{version}.tar.xz";
        if (!File.Exists(archive))
        {
            return false;
        }

        var list = Path.Combine(folder, "files");
        await File.WriteAllLinesAsync(list, paths.Distinct().Select(path => $"linux-source-{version}/{path}"), TestContext.Current.CancellationToken);
        using var tar = Process.Start("tar", ["-xJf", archive, "-C", folder, "--strip-components", "1", "-T", list]);
        await tar.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, tar.ExitCode);
        return true;
    }

    /// <summary>What a test says that is skipped.</summary>
    public static string Missing(string version) => $"skipped: no source of Linux {version} is here (apt-get install linux-source-{version})";
}
