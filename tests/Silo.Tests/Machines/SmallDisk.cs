using System.Globalization;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A file system of a mebibyte or so, in memory, that can be full or read-only. Root may mount one; others skip.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A file on it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Mounts it.</summary>
    public static async Task<SmallDisk> MountAsync(int sizeBytes)
    {
        var disk = new SmallDisk();
        var size = string.Create(CultureInfo.InvariantCulture, $"size={sizeBytes}");
        if (await Installed.TryAsync("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk._folder.Path) is null)
        {
            disk._folder.Dispose();
            Assert.Skip("skipped: mounting a tmpfs is not allowed here (root may, outside most containers)");
        }

        return disk;
    }

    /// <summary>Lets nobody write.</summary>
    public async Task MakeReadOnlyAsync() =>
        Assert.NotNull(await Installed.TryAsync("mount", "-o", "remount,ro", _folder.Path));

    /// <summary>Leaves no byte free, or some room.</summary>
    public void Fill(int roomBytes = 0)
    {
        using var ballast = System.IO.File.Create(File("ballast"), bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                ballast.Write(block);
            }
        }
        catch (IOException)
        {
            // It is full.
        }

        ballast.SetLength(Math.Max(0, ballast.Length - roomBytes));
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => System.IO.File.Delete(File("ballast"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Installed.TryAsync("umount", _folder.Path);
        _folder.Dispose();
    }
}
