using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>A file under more than one name, and one that is taken away while it is open.</summary>
public sealed class KnownFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("state.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_by_a_hard_link_is_refused_while_somebody_has_the_file()
    {
        using var first = SqliteFile.Open(Path);
        Write(first, "a");
        Assert.NotNull(await Installed.TryAsync("ln", Path, _folder.File("link.db")));

        var refused = Assert.Throws<StorageException>(() => SqliteFile.Open(_folder.File("link.db")));

        Assert.Contains("is in use by another process", refused.Message, StringComparison.Ordinal);
        Write(first, "b");
    }

    [Fact]
    public async Task Open_by_a_hard_link_is_refused_after_a_crash()
    {
        using var crashed = new CrashedFile();
        using (var file = crashed.Open())
        {
            crashed.Commit(file, new Random(1));
            crashed.Crash();
        }

        Assert.NotNull(await Installed.TryAsync("ln", crashed.Left.File, _folder.File("link.db")));

        var refused = Assert.Throws<StorageException>(() => SqliteFile.Open(_folder.File("link.db")));

        Assert.Contains("was not closed in an orderly way", refused.Message, StringComparison.Ordinal);
        Assert.Null(crashed.Refusal());
    }

    [Fact]
    public void A_symbolic_link_is_as_good_as_the_file()
    {
        using (var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero))
        {
            Write(file, "a");
        }

        var link = Directory.CreateDirectory(_folder.File("elsewhere")).FullName + "/link.db";
        File.CreateSymbolicLink(link, Path);

        using var linked = SqliteFile.Open(link);
        Write(linked, "b");

        Assert.NotNull(linked.Read("a", "buffer"));
        Assert.True(File.Exists(Path + "-wal"));
        Assert.Equal(link, Assert.Single(Directory.GetFiles(System.IO.Path.GetDirectoryName(link)!)));
    }

    [Fact]
    public void A_symbolic_link_to_nothing_makes_the_file_where_it_points()
    {
        File.CreateSymbolicLink(_folder.File("link.db"), Path);

        using var linked = SqliteFile.Open(_folder.File("link.db"));

        Assert.Equal(Path, linked.Path);
        Assert.True(File.Exists(Path));
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("renamed")]
    [InlineData("replaced")]
    public void A_file_that_is_taken_away_while_it_is_open_takes_and_gives_nothing_more(string how)
    {
        using var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero);
        Write(file, "a");
        File.Copy(Path, _folder.File("copy.db"));
        if (how == "renamed")
        {
            File.Move(Path, _folder.File("other.db"));
        }
        else
        {
            File.Delete(Path);
        }

        if (how == "replaced")
        {
            File.Move(_folder.File("copy.db"), Path);
        }

        Assert.Contains("was removed, renamed or replaced", Assert.Throws<StorageException>(() => Write(file, "b")).Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => file.Read("a", "buffer"));
        Assert.Throws<StorageException>(() => Write(file, "c"));
    }

    [Fact]
    public void A_commit_that_is_under_way_when_the_file_is_taken_away_is_not_acknowledged()
    {
        using var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero);
        Write(file, "a");
        file.Begin();
        file.Change("b", "buffer", null, Sealed("b"));
        File.Delete(Path);

        Assert.Throws<StorageException>(file.Commit);
    }

    [Fact]
    public void A_log_that_is_taken_away_while_it_is_open_acknowledges_nothing_more()
    {
        using var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero);
        Write(file, "a");
        File.Delete(Path + "-wal");

        Assert.Contains("state.db-wal was removed", Assert.Throws<StorageException>(() => Write(file, "b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_renamed_and_put_back_has_all_that_was_acknowledged()
    {
        using (var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero))
        {
            Write(file, "a");
            File.Move(Path, _folder.File("other.db"));
            Assert.Throws<StorageException>(() => Write(file, "b"));
        }

        File.Move(_folder.File("other.db"), Path);

        using var again = SqliteFile.Open(Path);
        Assert.NotNull(again.Read("a", "buffer"));
    }

    [Fact]
    public void All_files_are_their_owner_s_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: no file modes");
        using var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero);
        Write(file, "a");

        var files = Directory.GetFiles(_folder.Path);

        Assert.Equal([Path, Path + "-ack", Path + "-wal"], files.Order(StringComparer.Ordinal));
        Assert.All(files, made => Assert.Equal(OwnerOnly, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(made)));
    }

    [Fact]
    public void A_start_that_was_cut_off_while_it_made_the_file_is_forgotten()
    {
        File.WriteAllBytes(Path + "-new", new byte[5000]);
        File.WriteAllBytes(Path + "-new-journal", new byte[5000]);

        using var file = SqliteFile.Open(Path, lookAfter: TimeSpan.Zero);

        Write(file, "a");
        Assert.False(File.Exists(Path + "-new"));
    }

    private static void Write(SqliteFile file, string grain)
    {
        file.Begin();
        Assert.NotNull(file.Change(grain, "buffer", null, Sealed(grain)));
        file.Commit();
    }

    private static byte[] Sealed(string grain) => SealedState.Seal(grain, "buffer", 1, new byte[] { 1 });
}
