using System.Diagnostics;
using System.Globalization;
using CsCheck;
using DmaGrains.Silo.Tests.Faults;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>
/// A process that writes a state file and is ended at any of its writes, truncations and flushes, be it a commit's, a checkpoint's or one
/// that cleans journals; what was not flushed may be lost. Everything acknowledged is there, and a start needs nobody's help.
/// </summary>
/// <remarks><c>POWER_CUTS</c> says how many are tried.</remarks>
public sealed class PowerCutTests
{
    private const string FileVariable = "POWER_CUT_FILE";
    private const string SeedVariable = "POWER_CUT_SEED";

    // In so many the file is made and marked as open.
    private const int FirstWrites = 60;

    // In so many a log has gone into the file and journals have been cleaned several times.
    private const int LastWrite = 900;

    private static readonly int _cuts =
        int.TryParse(Environment.GetEnvironmentVariable("POWER_CUTS"), CultureInfo.InvariantCulture, out var cuts) ? cuts : 12;

    [Fact]
    public async Task What_a_power_cut_leaves_at_any_write_is_whole()
    {
        var start = Stopwatch.GetTimestamp();
        await Gen.Select(Gen.Int[0, 1 << 20], Gen.Frequency((1, Gen.Int[1, FirstWrites]), (2, Gen.Int[1, LastWrite])), Gen.Bool)
            .SampleAsync(IsWholeAsync, iter: _cuts, threads: 1);
        await FaultRun.ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Sqlite, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: a process that writes was ended {_cuts} times at a write, truncation or flush, half of them with the power; lost: 0, wrong: 0"));
    }

    /// <summary>
    /// The mark that the file is open was torn on its way into the file, and nothing was acknowledged yet; the file of what is acknowledged
    /// had its length, but not yet its contents.
    /// </summary>
    [Theory]
    [InlineData(139377, 45)]
    [InlineData(827020, 36)]
    public Task A_power_cut_at_the_first_commit_leaves_a_whole_file(int seed, int endAt) => IsWholeAsync(seed, endAt, isPowerCut: true);

    [Fact(Explicit = true)]
    public void Write_until_the_end()
    {
        var (file, seed) = (Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(SeedVariable));
        Assert.SkipWhen(file is null || seed is null, "skipped: the writing half of another test");
        using var written = new CrashedFile(file);
        using var open = written.Open();
        var random = new Random(int.Parse(seed!, CultureInfo.InvariantCulture));
        while (true)
        {
            written.Commit(open, random);
            Acknowledge(Environment.GetEnvironmentVariable(nameof(Acknowledge))!);
        }
    }

    private static async Task IsWholeAsync(int seed, int endAt, bool isPowerCut)
    {
        using var folder = new TemporaryFolder();
        using var disk = new FaultyDisk(folder.Path);
        using var acknowledged = new TemporaryFolder();
        (string, string)[] settings = [(FileVariable, folder.File("state.db")), (SeedVariable, $"{seed}"), (nameof(Acknowledge), acknowledged.File("count"))];
        var (code, said) = await ChildProcess.RunAsync(
            Environment.ProcessPath!,
            ["-explicit", "only", "-method", $"*.{nameof(Write_until_the_end)}"],
            [.. settings, .. await disk.SettingsAsync(endAt)]);
        Assert.True(code == 137, said);
        if (isPowerCut)
        {
            disk.CutPower(new Random(seed));
        }

        using var expected = new CrashedFile();
        var random = new Random(seed);
        using (var replayed = expected.Open())
        {
            for (var commit = Acknowledged(acknowledged.File("count")); commit > 0; commit--)
            {
                expected.Commit(replayed, random);
            }

            expected.Commit(replayed, random, isHeard: false);
        }

        Open(folder.File("state.db"), disk.Ends(), expected);
    }

    private static void Acknowledge(string path)
    {
        using var file = File.Open(path, FileMode.Append);
        file.WriteByte(1);
    }

    private static long Acknowledged(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static void Open(string path, string[] ends, CrashedFile expected)
    {
        try
        {
            using var file = SqliteFile.Open(path);
            expected.AssertWhole(file);
        }
        catch (Exception problem) when (problem is StorageException or InvalidOperationException)
        {
            Assert.Fail($"{string.Join(", ", ends)}: {problem.Message}");
        }
    }
}
