using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Silo.Http;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>Streams of events.</summary>
public sealed class HttpEventTests(HttpApiSilo shared) : IClassFixture<HttpApiSilo>, IDisposable
{
    private static int _boards;

    private readonly string _board = $"events{Interlocked.Increment(ref _boards)}";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stream_of_a_buffer_tells_each_event_once_however_often_it_is_cut()
    {
        await ExportAsync("frame");
        await UseAsync("frame", 20);
        var all = await IdsAsync("frame");
        Assert.Equal(41, all.Count);

        await Gen.Int[1, 15].Array[1, 8].SampleAsync(async parts => Assert.Equal(all, await ReadAsync("buffer-events", "0-0", parts, all.Count, OfBuffer("frame"))), iter: 5, threads: 1);
    }

    [Fact]
    public async Task Stream_of_a_board_tells_each_event_of_each_buffer_once_however_often_it_is_cut()
    {
        string[] buffers = ["a", "b", "c"];
        var all = new List<string>();
        foreach (var (index, buffer) in buffers.Index())
        {
            await ExportAsync(buffer);
            await UseAsync(buffer, 3 + index);
            all.AddRange((await IdsAsync(buffer)).Select(id => $"{buffer} {id}"));
        }

        await Gen.Int[1, 9].Array[1, 8].SampleAsync(async parts => Assert.Equal(all, await ReadAsync("board-events", "-", parts, all.Count, ("board", _board))), iter: 5, threads: 1);
    }

    [Fact]
    public async Task Streams_begin_now_and_tell_what_happens_then()
    {
        await ExportAsync("frame");
        await using var ofBuffer = await shared.Api.OpenAsync("buffer-events", null, OfBuffer("frame"));
        await using var ofBoard = await shared.Api.OpenAsync("board-events", null, ("board", _board));
        Assert.Equal(("1-0", "frame=1-0"), (await ofBuffer.BeginsAfterAsync(), await ofBoard.BeginsAfterAsync()));

        await Buffer("frame").AttachAsync("a", "gpu", new CommandId("cam", 1), Cancellation);
        await ExportAsync("later");

        var told = JsonNode.Parse((await ofBuffer.NextAsync())!.Value.Data)!;
        Assert.Equal(
            ("2-0", "cam", "attach", "a", "gpu", "ok"),
            (Text(told, "id"), Text(told, "caller"), Text(told, "command"), Text(told, "name"), Text(told, "of"), Text(told, "outcome")));
        var first = await ofBoard.NextAsync();
        var second = await ofBoard.NextAsync();
        Assert.Equal(["frame attach", "later export"], new[] { first, second }.Select(each => JsonNode.Parse(each!.Value.Data)!).Select(each => $"{Text(each, "buffer")} {Text(each["event"]!, "command")}").Order(StringComparer.Ordinal));
        Assert.Equal("frame=2-0,later=1-0", second!.Value.EventId);
    }

    [Fact]
    public async Task Stream_of_a_board_tells_the_end_of_a_buffer_and_a_later_one_of_its_name()
    {
        await ExportAsync("frame");
        await using var stream = await shared.Api.OpenAsync("board-events", null, ("board", _board));
        await stream.BeginsAfterAsync();

        await Buffer("frame").ReleaseAsync(cancellationToken: Cancellation);
        Assert.Equal("frame=2-0", (await stream.NextAsync())!.Value.EventId);
        await ExportAsync("frame", new CommandId("cam", 1));

        Assert.Equal("frame=3-0", (await stream.NextAsync())!.Value.EventId);
    }

    [Fact]
    public async Task Streams_end_with_the_silo()
    {
        await using var silo = await HttpSilo.StartAsync();
        using var client = silo.Client();
        var api = await DescribedApi.OfAsync(client, Cancellation);
        await api.CallAsync("define-board", Board("small"), ("board", "small"));
        await using var stream = await api.OpenAsync("board-events", null, ("board", "small"));
        await stream.BeginsAfterAsync();

        await silo.StopAsync().WaitAsync(TimeSpan.FromSeconds(15), Cancellation);

        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task Streams_end_with_the_token_that_let_them_in()
    {
        var file = _folder.File("tokens");
        File.WriteAllText(file, $"change {HttpSilo.Changing}");
        await using var silo = await HttpSilo.StartOpenAsync("--token-file", file);
        using var client = silo.Client();
        var api = await DescribedApi.OfAsync(client, Cancellation);
        await api.CallAsync("define-board", Board("small"), ("board", "small"));
        await using var stream = await api.OpenAsync("board-events", null, ("board", "small"));
        await stream.BeginsAfterAsync();

        File.WriteAllText(file, "change another-token-0002");

        Assert.Null(await stream.NextAsync());
    }

    [Theory]
    [InlineData("buffers/frame/events", "x", HttpStatusCode.UnprocessableEntity)]
    [InlineData("buffers/frame/events", "9-0", HttpStatusCode.UnprocessableEntity)]
    [InlineData("buffers/none/events", "0-0", HttpStatusCode.NotFound)]
    [InlineData("events", "x", HttpStatusCode.UnprocessableEntity)]
    [InlineData("events", "frame=1-0,", HttpStatusCode.UnprocessableEntity)]
    [InlineData("events", "fra me=1-0", HttpStatusCode.UnprocessableEntity)]
    public async Task An_id_that_no_stream_told_is_refused(string path, string last, HttpStatusCode expected)
    {
        await ExportAsync("frame");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"boards/{_board}/{path}");
        request.Headers.Add("Last-Event-ID", last);

        using var answer = await shared.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public void A_cursor_is_read_as_it_was_written() => Gen.Dictionary(Gen.Char["azAZ09._-#@,"].Array[0, 19].Select(letters => $"a{new string(letters)}"), Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue]))[0, 100]
        .Sample(told =>
        {
            var cursor = told.Aggregate(BoardCursor.Empty, (all, each) => all.With(each.Key, new BufferEventId(each.Value.Item1, each.Value.Item2)));

            Assert.Equal(cursor.Told, BoardCursor.Parse(cursor.ToString()).Value.Told);
        });

    [Fact]
    public void A_stream_follows_at_most_a_hundred_buffers()
    {
        static string Of(int count) => string.Join(',', Enumerable.Range(0, count).Select(number => $"b{number}=1-0"));

        Assert.True(BoardCursor.Parse(Of(200)).IsGranted);
        Assert.Equal((201UL, 100UL, "Buffers"), BoardCursor.Parse(Of(201)).Refusal is { } refusal ? (refusal.Needed!.Value, refusal.Limit!.Value, refusal.Field) : default);
    }

    private static string Board(string name) => $$"""
        {"name": "{{name}}", "title": "t", "memory": [{"name": "ram", "kind": "system", "start": "0x100000", "size": "1MiB"}], "devices": [{"name": "gpu"}]}
        """;

    private static string? Text(JsonNode node, string key) => node[key]?.GetValue<string>();

    private (string, string)[] OfBuffer(string name) => [("board", _board), ("buffer", name)];

    private IDmaBufferGrain Buffer(string name) => shared.Silo.Grains.GetBuffer(_board, name);

    private async Task ExportAsync(string name, CommandId? id = null)
    {
        await shared.Api.CallAsync("define-board", Board(_board), ("board", _board));
        Assert.True((await Buffer(name).ExportAsync(new(name, 4096) { Id = id }, Cancellation)).IsGranted);
    }

    private async Task UseAsync(string name, int times)
    {
        foreach (var number in Enumerable.Range(0, times))
        {
            Assert.True((await Buffer(name).AttachAsync($"a{number}", "gpu", cancellationToken: Cancellation)).IsGranted);
            Assert.True((await Buffer(name).DetachAsync($"a{number}", cancellationToken: Cancellation)).IsGranted);
        }
    }

    private async Task<List<string>> IdsAsync(string name) =>
        [.. (await Buffer(name).HistoryAsync(cancellationToken: Cancellation)).Value.Events.Select(told => told.Id.ToString())];

    /// <summary>Reads that many events, and reconnects after parts of them.</summary>
    private async Task<List<string>> ReadAsync(string operation, string after, int[] parts, int count, params (string, string)[] parameters)
    {
        var told = new List<string>();
        for (var part = 0; told.Count < count; part++)
        {
            await using var stream = await shared.Api.OpenAsync(operation, after, parameters);
            var end = Math.Min(count, told.Count + parts[part % parts.Length]);
            while (told.Count < end)
            {
                var item = (await stream.NextAsync())!.Value;
                Assert.Equal("event", item.EventType);
                var data = JsonNode.Parse(item.Data)!;
                told.Add(data["buffer"] is { } buffer ? $"{buffer.GetValue<string>()} {Text(data["event"]!, "id")}" : Text(data, "id")!);
                after = item.EventId!;
            }
        }

        return told;
    }
}
