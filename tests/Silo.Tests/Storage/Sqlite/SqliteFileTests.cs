using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("state.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Committed_state_is_there_when_the_file_is_opened_again()
    {
        using (var file = SqliteFile.Open(Path))
        {
            Write(file, "a", [1, 2]);
        }

        using var again = SqliteFile.Open(Path);
        Assert.Equal([1, 2], Read(again, "a"));
    }

    [Fact]
    public void Rolled_back_state_is_not_there()
    {
        using var file = SqliteFile.Open(Path);
        file.Begin();
        file.Change("a", "buffer", null, Sealed("a", [1]));

        file.RollBack();

        Assert.Null(file.Read("a", "buffer"));
        Write(file, "a", [2]);
    }

    [Fact]
    public void Open_is_refused_while_somebody_has_the_file()
    {
        using var first = SqliteFile.Open(Path);
        Write(first, "a", [1]);

        AssertRefused("is in use by another process");

        Assert.Equal([1], Read(first, "a"));
    }

    [Fact]
    public void Open_leaves_the_database_of_something_else_as_it_is()
    {
        Execute("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x')");
        var before = File.ReadAllBytes(Path);

        AssertRefused("is a database of another program");

        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Equal(Path, Assert.Single(Directory.GetFiles(_folder.Path)));
    }

    [Fact]
    public void Open_leaves_a_file_that_is_no_database_as_it_is()
    {
        File.WriteAllText(Path, "name: raspberry-pi-4\n");

        AssertRefused("is not a database");

        Assert.Equal("name: raspberry-pi-4\n", File.ReadAllText(Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(long.MaxValue)]
    public void Open_names_both_versions_when_the_schema_is_another(long version)
    {
        SqliteFile.Open(Path).Dispose();
        Execute($"UPDATE dmagrains_schema SET version = {version}");

        AssertRefused($"has schema version {version}: this program needs version 2 to 4");
    }

    [Fact]
    public void Open_is_refused_when_the_file_is_damaged()
    {
        using (var file = SqliteFile.Open(Path))
        {
            file.Begin();
            for (var index = 0; index < 500; index++)
            {
                file.Change($"grain{index}", "buffer", null, Sealed($"grain{index}", new byte[500]));
            }

            file.Commit();
        }

        using (var stream = File.OpenWrite(Path))
        {
            // Inside the table, behind the pages that every open reads.
            stream.Position = stream.Length / 2;
            stream.Write(Enumerable.Repeat((byte)0xa5, 20_000).ToArray());
        }

        AssertRefused("is damaged");
    }

    [Fact]
    public void Open_is_refused_as_damaged_when_there_is_no_schema_version()
    {
        SqliteFile.Open(Path).Dispose();
        Execute("DELETE FROM dmagrains_schema");

        AssertRefused("is damaged (it has no schema version)");
    }

    [Fact]
    public async Task Open_of_a_file_with_state_goes_well_on_a_full_disk_for_those_who_read()
    {
        await using var disk = await SmallDisk.MountAsync(1 << 20);
        using (var file = SqliteFile.Open(disk.File("state.db")))
        {
            Write(file, "a", [1]);
        }

        disk.Fill();

        using var again = SqliteFile.Open(disk.File("state.db"));
        Assert.Equal([1], Read(again, "a"));
    }

    [Fact]
    public void Open_is_refused_when_there_is_no_folder() => Assert.Contains(
        "its folder does not exist",
        Assert.Throws<StorageException>(() => SqliteFile.Open(_folder.File("nowhere/state.db"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Open_is_refused_when_it_is_a_folder() => Assert.Contains(
        "cannot be opened",
        Assert.Throws<StorageException>(() => SqliteFile.Open(_folder.Path)).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Open_is_refused_when_nothing_can_be_written()
    {
        await using var disk = await SmallDisk.MountAsync(1 << 20);
        SqliteFile.Open(disk.File("state.db")).Dispose();
        await disk.MakeReadOnlyAsync();

        var refused = Assert.Throws<StorageException>(() => SqliteFile.Open(disk.File("state.db")));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_is_refused_when_the_disk_is_full()
    {
        await using var disk = await SmallDisk.MountAsync(1 << 20);
        disk.Fill();

        var refused = Assert.Throws<StorageException>(() => SqliteFile.Open(disk.File("state.db")));

        Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
    }

    private static void Write(SqliteFile file, string grain, byte[] payload)
    {
        file.Begin();
        Assert.Equal(1, file.Change(grain, "buffer", null, Sealed(grain, payload))!.Value.Version);
        file.Commit();
    }

    private static byte[] Sealed(string grain, byte[] state) => SealedState.Seal(grain, "buffer", 1, state);

    private static byte[] Read(SqliteFile file, string grain) =>
        SealedState.Unseal(grain, "buffer", 1, file.Read(grain, "buffer")!.Value.Payload!)!.Value.ToArray();

    private void Execute(string statements)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    private void AssertRefused(string saying)
    {
        var refused = Assert.Throws<StorageException>(() => SqliteFile.Open(Path));
        Assert.StartsWith($"{Path} ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
