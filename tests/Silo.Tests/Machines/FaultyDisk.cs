using System.Globalization;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>
/// A disk under a silo's files that keeps what was flushed and may lose everything else, and that ends the silo in the middle of what it
/// writes. <c>faulty_disk.c</c> is preloaded into the silo.
/// </summary>
/// <param name="folder">The folder of the silo's files; null for a silo that has none, which is ended in the middle of what it sends.</param>
internal sealed class FaultyDisk(string? folder) : IDisposable
{
    private const int SectorBytes = 512;

    private readonly TemporaryFolder _own = new();
    private int _ends;

    /// <summary>How a silo is started on it.</summary>
    /// <param name="endAt">The write, truncation, flush or send at which the silo gets SIGKILL; 0 for none.</param>
    public async Task<(string Name, string Value)[]> SettingsAsync(int endAt = 0)
    {
        var library = await LibraryAsync();
        Directory.CreateDirectory(Synced);
        (string Name, string Value)[] files = folder is null ? [] : [("FAULTY_DISK_FOLDER", folder), ("FAULTY_DISK_SYNCED", Synced)];
        return
        [
            .. files,
            ("LD_PRELOAD", library),
            ("FAULTY_DISK_KILL_AT", endAt.ToString(CultureInfo.InvariantCulture)),
            ("FAULTY_DISK_REPORT", Report),
        ];
    }

    /// <summary>In the middle of what the silo has ended since the last time this was asked, such as <c>flush state.db-wal</c>.</summary>
    public string[] Ends()
    {
        string[] all = File.Exists(Report) ? File.ReadAllLines(Report) : [];
        var since = all[_ends..];
        _ends = all.Length;
        return since;
    }

    /// <summary>Cuts the power, now that the silo has ended: of each sector that was not flushed, the old or the new bytes are there.</summary>
    /// <param name="random">Which.</param>
    public void CutPower(Random random)
    {
        foreach (var file in Directory.GetFiles(folder!))
        {
            var name = Path.GetFileName(file);
            var flushed = Path.Combine(Synced, name);
            if (!File.Exists(flushed) && random.Next(2) == 0)
            {
                File.Delete(file);
                continue;
            }

            var (before, after) = (File.Exists(flushed) ? File.ReadAllBytes(flushed) : [], File.ReadAllBytes(file));
            File.WriteAllBytes(file, Mixed(before, after, random));
            File.Copy(file, flushed, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _own.Dispose();

    private string Synced => Path.Combine(_own.Path, "synced");

    private string Report => Path.Combine(_own.Path, "ends");

    private static byte[] Mixed(byte[] before, byte[] after, Random random)
    {
        // Disks often keep all of it, or nothing.
        var share = random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        var mixed = new byte[share == 0 || (share < 1 && random.Next(2) == 0) ? before.Length : after.Length];
        for (var at = 0; at < mixed.Length; at += SectorBytes)
        {
            var end = Math.Min(at + SectorBytes, mixed.Length);
            var from = random.NextDouble() < share ? after : before;
            if (at < from.Length)
            {
                from.AsSpan(at, Math.Min(end, from.Length) - at).CopyTo(mixed.AsSpan(at));
            }
        }

        return mixed;
    }

    private static readonly Lazy<Task<(TemporaryFolder Folder, string? Library)>> _library = new(async () =>
    {
        var made = new TemporaryFolder();
        var library = made.File("faulty_disk.so");
        var source = Path.Combine(AppContext.BaseDirectory, "faulty_disk.c");
        return (made, await Installed.TryAsync("gcc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl") is null ? null : library);
    });

    private static async Task<string> LibraryAsync()
    {
        var (_, library) = await _library.Value;
        Assert.SkipWhen(library is null, "skipped: no gcc (apt-get install gcc libc6-dev)");
        return library!;
    }
}
