using DmaGrains.Interfaces;
using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>Live commands with --data: an embedded silo that keeps its state in a file.</summary>
public sealed class StateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dmagrains-").FullName;
    private readonly TemporaryFile _board = new(
        """
        name: kept
        title: A board
        memory:
          - {name: ram, kind: system, start: 0x0, size: 64MiB, source: made up}
        devices:
          - {name: gpu, driver: gpu, description: A GPU, max_segment_size: 4294967295}
        """);

    private string DataPath => Path.Combine(_folder, "state.db");

    public void Dispose()
    {
        _board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task State_is_there_at_the_next_invocation()
    {
        (await DoAsync($"board define {_board.Path}")).Good();
        (await DoAsync("buffer export kept/frame --size 4KiB")).Good();
        (await DoAsync("buffer attach kept/frame gpu --as first")).Good();
        (await DoAsync("buffer map kept/frame first --as draw")).Good();
        (await DoAsync("buffer detach kept/frame first")).Refused("EBUSY");

        var described = (await DoAsync("buffer describe kept/frame --json")).Good().Json();

        Assert.Equal("first", Assert.Single(described.GetProperty("attachments").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("draw", Assert.Single(described.GetProperty("mappings").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Unknown_name_is_ENOENT_without_a_hint_at_an_empty_silo()
    {
        var answer = await DoAsync("board show nowhere");

        Assert.Empty(answer.Refused("ENOENT").Error);
    }

    [Fact]
    public async Task File_that_another_process_has_is_refused_and_not_harmed()
    {
        (await DoAsync($"board define {_board.Path}")).Good();
        await using (await EmbeddedSilo.StartAsync(DataPath, TestContext.Current.CancellationToken))
        {
            (await DoAsync("board show kept")).Unusable($"--data: {DataPath} is in use by another process");
        }

        (await DoAsync("board show kept")).Good();
    }

    [Fact]
    public async Task File_of_something_else_is_refused_and_not_harmed()
    {
        var answer = await Answer.OfAsync("board", "show", "kept", "--data", _board.Path);

        answer.Unusable("is not a database");
        Assert.StartsWith("name: kept", await File.ReadAllTextAsync(_board.Path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_ends_while_the_silo_looks_for_debts_says_nothing_of_it()
    {
        (await DoAsync($"board define {_board.Path}")).Good();
        await using (var silo = await EmbeddedSilo.StartAsync(DataPath, TestContext.Current.CancellationToken))
        {
            await Task.WhenAll(Enumerable.Range(0, 300).Select(number =>
                silo.Grains.GetBuffer("kept", $"b{number}").ExportAsync(new($"b{number}", 4096))));
        }

        (await ProgramProcess.ClientAsync("buffer", "describe", "kept/b0", "--data", DataPath)).Good();
    }

    private Task<Answer> DoAsync(string line) => Answer.OfAsync([.. line.Split(' '), "--data", DataPath]);
}
