using CsCheck;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>What a start makes of files that are not as a crash left them: it refuses them, or has all that was acknowledged.</summary>
public sealed class DamagedFileTests
{
    private static readonly Gen<(int Seed, int Commits)> _anyHistory = Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[0, 25]);

    [Fact]
    public void What_a_crash_leaves_is_whole() => _anyHistory.Sample(history => Crash(history, _ => { }, mayRefuse: false), iter: 20, threads: 1);

    [Fact]
    public void What_a_crash_leaves_is_whole_also_after_a_second_one() => Gen.Select(_anyHistory, Gen.Int[0, 5]).Sample(
        (history, commits) =>
        {
            using var crashed = new CrashedFile();
            var random = new Random(history.Seed);
            using (var first = crashed.Open())
            {
                Commit(crashed, first, history.Commits, random);
                crashed.Crash();
            }

            Restore(crashed);
            using (var second = crashed.Open())
            {
                crashed.AssertWhole(second);
                Commit(crashed, second, commits, random);
                crashed.Crash();
            }

            Assert.Null(crashed.Refusal());
        },
        iter: 15,
        threads: 1);

    [Fact]
    public void A_bit_that_changed_anywhere_loses_nothing_silently() =>
        Gen.Select(_anyHistory, Gen.Int[0, 2], Gen.Double.Unit, Gen.Int[0, 7]).Sample(
            (history, file, place, bit) => Crash(history, crashed =>
            {
                var path = CrashedFile.All(crashed.Left)[file];
                if (new FileInfo(path) is { Exists: true, Length: > 0 and var length })
                {
                    using var stream = File.Open(path, FileMode.Open);
                    stream.Position = (long)(place * length) % length;
                    var value = (byte)stream.ReadByte();
                    stream.Position--;
                    stream.WriteByte((byte)(value ^ (1 << bit)));
                }
            }),
            iter: 60,
            threads: 1);

    [Fact]
    public void A_file_that_was_cut_short_anywhere_loses_nothing_silently() =>
        Gen.Select(_anyHistory, Gen.Int[0, 2], Gen.Double.Unit).Sample(
            (history, file, place) => Crash(history, crashed =>
            {
                var path = CrashedFile.All(crashed.Left)[file];
                if (File.Exists(path))
                {
                    using var stream = File.Open(path, FileMode.Open);
                    stream.SetLength((long)(place * stream.Length));
                }
            }),
            iter: 30,
            threads: 1);

    [Fact]
    public void Files_that_are_gone_lose_nothing_silently() => Gen.Select(_anyHistory, Gen.Int[1, 6]).Sample(
        (history, gone) => Crash(history, crashed =>
        {
            foreach (var (path, index) in CrashedFile.All(crashed.Left).Select((path, index) => (path, index)))
            {
                if ((gone & (1 << index)) != 0)
                {
                    File.Delete(path);
                }
            }
        }),
        iter: 20,
        threads: 1);

    [Fact]
    public void Files_of_different_moments_lose_nothing_silently() => Gen.Select(_anyHistory, Gen.Int[1, 30], Gen.Int[1, 4]).Sample(
        (history, later, older) =>
        {
            using var crashed = new CrashedFile();
            var random = new Random(history.Seed);
            using var file = crashed.Open();
            Commit(crashed, file, history.Commits, random);
            crashed.Crash();
            var kept = CrashedFile.All(crashed.Left).Select(path => File.Exists(path) ? File.ReadAllBytes(path) : null).ToList();
            Commit(crashed, file, later, random);
            crashed.Crash();

            // Not log and note together: an older log with its own note is whole, and nobody here knows that there was a newer one.
            foreach (var (path, index) in CrashedFile.All(crashed.Left).Select((path, index) => (path, index)))
            {
                if ((older & (1 << index)) != 0 && kept[index] is { } bytes)
                {
                    File.WriteAllBytes(path, bytes);
                }
            }

            crashed.Refusal();
        },
        iter: 20,
        threads: 1);

    [Fact]
    public void A_last_write_that_a_power_cut_tore_is_no_damage() => Gen.Select(_anyHistory, Gen.Double.Unit, Gen.Bool).Sample(
        (history, place, isZeroed) =>
        {
            using var crashed = new CrashedFile();
            using var file = crashed.Open();
            Commit(crashed, file, history.Commits + 1, new Random(history.Seed));
            crashed.Crash();
            var note = File.ReadAllBytes(crashed.Left.Acknowledged);
            var before = EndOf(crashed);

            // Nobody heard of this one, and the power was cut before it was noted.
            crashed.Commit(file, new Random(history.Seed + 1), isHeard: false);
            crashed.Crash();
            var after = EndOf(crashed);
            File.WriteAllBytes(crashed.Left.Acknowledged, note);
            var begin = before.Salt1 == after.Salt1 ? PlaceOf(before.Frames) : PlaceOf(0);
            var cut = begin + (long)(place * (PlaceOf(after.Frames) - begin));
            using (var log = File.Open(crashed.Left.Log, FileMode.Open))
            {
                if (isZeroed)
                {
                    log.Position = cut;
                    log.Write(new byte[Math.Min(4096, PlaceOf(after.Frames) - cut)]);
                }
                else
                {
                    log.SetLength(cut);
                }
            }

            Assert.Null(crashed.Refusal());
        },
        iter: 25,
        threads: 1);

    [Fact]
    public void What_a_power_cut_leaves_is_whole_when_the_note_is_as_old_as_its_last_flush() => _anyHistory.Sample(
        history =>
        {
            using var crashed = new CrashedFile();
            using var file = crashed.Open();
            var random = new Random(history.Seed);
            var (generation, flushed) = (-1L, Array.Empty<byte>());
            for (var commit = 0; commit <= history.Commits; commit++)
            {
                crashed.Commit(file, random);
                if (AcknowledgedLog.Read(crashed.Written.Acknowledged)!.Value.Generation != generation)
                {
                    generation = AcknowledgedLog.Read(crashed.Written.Acknowledged)!.Value.Generation;
                    flushed = File.ReadAllBytes(crashed.Written.Acknowledged);
                }

                crashed.Crash();
                File.WriteAllBytes(crashed.Left.Acknowledged, flushed);
                Assert.Null(crashed.Refusal());
            }
        },
        iter: 6,
        threads: 1);

    [Fact]
    public void Damage_in_the_middle_of_a_log_is_named()
    {
        using var crashed = Crashed(commits: 4);
        Flip(crashed.Left.Log, PlaceOf(2) + 2000);

        Assert.Contains($"{crashed.Left.Log} is damaged in frame 3", crashed.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_in_the_middle_of_a_log_is_found_without_the_newest_note()
    {
        using var crashed = new CrashedFile();
        using var file = crashed.Open();
        Commit(crashed, file, 1, new Random(1));
        crashed.Crash();
        var (note, first) = (File.ReadAllBytes(crashed.Left.Acknowledged), EndOf(crashed));
        Commit(crashed, file, 3, new Random(2));
        crashed.Crash();

        File.WriteAllBytes(crashed.Left.Acknowledged, note);
        Flip(crashed.Left.Log, PlaceOf(first.Frames) + 2000);

        Assert.Contains($"is damaged in frame {first.Frames + 1}", crashed.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_in_the_last_commit_of_a_log_is_found()
    {
        using var crashed = Crashed(commits: 4);
        Flip(crashed.Left.Log, PlaceOf(EndOf(crashed).Frames) - 100);

        Assert.Contains("is not in it", crashed.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_is_gone_is_named()
    {
        using var crashed = Crashed(commits: 4);
        File.Delete(crashed.Left.Log);

        Assert.Contains($"{crashed.Left.Log} is missing", crashed.Refusal(), StringComparison.Ordinal);
        Assert.Contains($"{crashed.Left.Log} is missing", crashed.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_copied_or_renamed_without_its_log_is_refused()
    {
        using var crashed = Crashed(commits: 4);
        File.Delete(crashed.Left.Log);
        File.Delete(crashed.Left.Acknowledged);

        Assert.Contains("was not closed in an orderly way", crashed.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_bytes_is_refused_and_left()
    {
        using var crashed = Crashed(commits: 4);
        File.WriteAllBytes(crashed.Left.File, []);

        Assert.Contains("is empty", crashed.Refusal(), StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(crashed.Left.File).Length);
    }

    [Fact]
    public void A_file_that_is_gone_is_not_begun_anew_while_its_log_is_there()
    {
        using var crashed = Crashed(commits: 4);
        File.Delete(crashed.Left.File);

        Assert.Contains($"{crashed.Left.File} is missing", crashed.Refusal(), StringComparison.Ordinal);
        Assert.False(File.Exists(crashed.Left.File));
    }

    [Fact]
    public void A_copy_that_was_put_back_beside_the_log_of_the_present_is_refused_until_that_is_removed()
    {
        using var crashed = new CrashedFile();
        var random = new Random(1);
        using (var file = crashed.Open())
        {
            Commit(crashed, file, 3, random);
        }

        var copy = File.ReadAllBytes(crashed.Written.File);
        using (var file = crashed.Open())
        {
            Commit(crashed, file, 3, random);
            crashed.Crash();
        }

        File.WriteAllBytes(crashed.Left.File, copy);

        Assert.Contains("if the file is a restored copy", crashed.Refusal(), StringComparison.Ordinal);

        File.Delete(crashed.Left.Log);
        File.Delete(crashed.Left.Acknowledged);
        SqliteFile.Open(crashed.Left.File).Dispose();
    }

    [Fact]
    public void A_refusal_leaves_everything_as_it_was()
    {
        using var crashed = Crashed(commits: 4);
        Flip(crashed.Left.Log, PlaceOf(2) + 2000);
        var before = CrashedFile.All(crashed.Left).Select(File.ReadAllBytes).ToList();

        Assert.NotNull(crashed.Refusal());

        Assert.Equal(before, CrashedFile.All(crashed.Left).Select(File.ReadAllBytes));
        Flip(crashed.Left.Log, PlaceOf(2) + 2000);
        Assert.Null(crashed.Refusal());
    }

    [Fact]
    public void What_is_left_of_a_damaged_file_can_be_had_by_who_asks_for_it()
    {
        using var crashed = Crashed(commits: 4);
        Flip(crashed.Left.Log, PlaceOf(2) + 2000);
        Assert.NotNull(crashed.Refusal());

        // As docs/operations.md has it for the program sqlite3.
        using (var connection = new SqliteConnection($"Data Source={crashed.Left.File};Pooling=False"))
        {
            connection.Open();
            connection.Execute("UPDATE dmagrains_schema SET is_open = 0");
        }

        File.Delete(crashed.Left.Acknowledged);

        SqliteFile.Open(crashed.Left.File).Dispose();
    }

    [Fact]
    public void A_file_that_was_closed_has_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        using (var file = SqliteFile.Open(folder.File("state.db")))
        {
            file.Begin();
            file.Change("a", "buffer", null, new byte[100]);
            file.Commit();
        }

        Assert.Equal(folder.File("state.db"), Assert.Single(Directory.GetFiles(folder.Path)));
    }

    private static void Crash((int Seed, int Commits) history, Action<CrashedFile> damage, bool mayRefuse = true)
    {
        using var crashed = new CrashedFile();
        using var file = crashed.Open();
        Commit(crashed, file, history.Commits, new Random(history.Seed));
        crashed.Crash();
        damage(crashed);
        if (crashed.Refusal() is { } refused)
        {
            Assert.True(mayRefuse, refused);
            Assert.DoesNotContain('\n', refused);
        }
    }

    private static CrashedFile Crashed(int commits)
    {
        var crashed = new CrashedFile();
        using var file = crashed.Open();
        Commit(crashed, file, commits, new Random(1));
        crashed.Crash();
        return crashed;
    }

    private static void Commit(CrashedFile crashed, SqliteFile file, int commits, Random random)
    {
        for (var commit = 0; commit < commits; commit++)
        {
            crashed.Commit(file, random);
        }
    }

    /// <summary>What is left takes the place of what was written.</summary>
    private static void Restore(CrashedFile crashed)
    {
        foreach (var (from, to) in CrashedFile.All(crashed.Left).Zip(CrashedFile.All(crashed.Written)))
        {
            File.Delete(to);
            if (File.Exists(from))
            {
                File.Copy(from, to);
            }
        }
    }

    private static LogEnd EndOf(CrashedFile crashed) => AcknowledgedLog.Read(crashed.Left.Acknowledged)!.Value.End;

    private static long PlaceOf(long frame) => WriteAheadLog.HeaderBytes + (frame * WriteAheadLog.FrameBytes);

    private static void Flip(string path, long place)
    {
        using var stream = File.Open(path, FileMode.Open);
        stream.Position = place;
        var value = (byte)stream.ReadByte();
        stream.Position = place;
        stream.WriteByte((byte)(value ^ 1));
    }
}
