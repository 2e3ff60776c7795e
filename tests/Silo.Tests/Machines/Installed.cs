namespace DmaGrains.Silo.Tests.Machines;

/// <summary>Programs that this machine has or has not; what needs one that it has not is skipped, and says so.</summary>
internal static class Installed
{
    private const string PostgreSqlFolder = "/usr/lib/postgresql";

    /// <summary>The path of a program of PostgreSQL's server.</summary>
    public static string PostgreSql(string program)
    {
        string[] versions = Directory.Exists(PostgreSqlFolder) ? Directory.GetDirectories(PostgreSqlFolder) : [];
        return Find(program, [.. versions.OrderDescending().Select(version => $"{version}/bin"), .. SearchPath], "apt-get install postgresql");
    }

    /// <summary>The path of Redis' server.</summary>
    public static string Redis() => Find("redis-server", SearchPath, "apt-get install redis-server");

    /// <summary>What gives a process a clock that is ahead, or behind when negative; timers are as they were.</summary>
    public static (string Name, string Value)[] Clock(TimeSpan ahead)
    {
        var library = Directory.Exists("/usr/lib")
            ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(folder => $"{folder}/faketime/libfaketime.so.1").FirstOrDefault(File.Exists)
            : null;
        Assert.SkipWhen(library is null, "skipped: no faketime (apt-get install faketime)");
        return
        [
            ("LD_PRELOAD", library!),
            ("FAKETIME", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ahead.TotalSeconds:+0;-0}s")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
    }

    /// <summary>Runs a command of the system; null when there is no such command, or it fails.</summary>
    public static async Task<string?> TryAsync(string command, params string[] args)
    {
        try
        {
            var (code, said) = await ChildProcess.RunAsync(command, args);
            return code == 0 ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string[] SearchPath =>
        Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];

    private static string Find(string program, IEnumerable<string> folders, string remedy)
    {
        var found = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"skipped: no {program} ({remedy})");
        return found!;
    }
}
