using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Silo.Http;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>The API as its description and its callers see it.</summary>
public sealed class HttpApiTests(HttpApiSilo shared) : IClassFixture<HttpApiSilo>, IAsyncLifetime
{
    private const string Board = """
        {
          "name": "small", "title": "A board for tests",
          "memory": [{"name": "ram", "kind": "system", "start": "0x100000", "size": "64MiB"}],
          "iommus": [{"name": "mmu", "first": 0, "last": "0xffffffff", "contexts": 4}],
          "devices": [{"name": "gpu", "max_segment_size": "64KiB"}, {"name": "display", "max_segment_count": 1}, {"name": "codec", "iommu": "mmu"}]
        }
        """;

    private const string Scenario = """
        {
          "name": "two", "shows": "two importers", "board": "small",
          "buffers": [{"name": "frame", "size": "64KiB"}],
          "importers": [
            {"name": "gpu", "device": "gpu", "steps": ["attach", "map", "unmap", "detach"]},
            {"name": "display", "device": "display", "steps": ["attach", "map", "unmap", "detach"]}
          ]
        }
        """;

    private static int _boards;

    /// <summary>Each test has a board of its own, which is called small in what it says.</summary>
    private readonly string _board = $"board{Interlocked.Increment(ref _boards)}";

    private readonly DescribedApi _api = shared.Api;
    private readonly HttpClient _client = shared.Client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Malformed => new()
    {
        { "attach", """{"attachment": "a"}""", "'device' missing" },
        { "attach", """{"attachment": "a", "device": 7}""", "device: not of the expected type" },
        { "attach", """{"attachment": "a", "device": null}""", "device: null" },
        { "attach", """{"attachment": "a", "device": "x", "device": "y"}""", "device: given twice" },
        { "attach", """{"attachment": "a", "device": "x", "id": "cam/1"}""", "id: not known here" },
        { "attach", """{"attachment": "a", """, "Expected" },
        { "attach", "[]", "not of the expected type" },
        { "map", """{"mapping": "m", "attachment": "a", "direction": "to-devic"}""", "direction: 'to-devic': did you mean to-device?" },
        { "map", """{"mapping": "m", "attachment": "a", "direction": 1}""", "direction: a Number: expected to-device" },
        { "map", """{"mapping": "m", "attachment": "a", "direction": "to-device", "options": ["x"]}""", "options: 'x': expected no-bounce" },
        { "map", """{"mapping": "m", "attachment": "a", "direction": "to-device", "options": "no-bounce"}""", "options: a String: expected a list" },
        { "batch", """{"commands": [{"attachment": "a"}]}""", "the key 'command' is missing: expected one of attach" },
        { "batch", """{"commands": [{"command": "x"}]}""", "commands[0]: not a command: expected one of attach" },
        { "export", """{"size": "1920x"}""", "size: '1920x' is not a size: expected 4096" },
        { "export", """{"size": -1}""", "size: not a size: expected 4096" },
        { "export", """{"size": 1, "policy": "migrat"}""", "body:1:12: policy is text 'migrat' (did you mean migrate?)" },
        { "export", """{"size": 1, "policy": "\ud800"}""", "body:1:19: malformed" },
        { "export", "{\"size\": 1,\n\t\"policy\": {\n\t\t\"attach\": 7\n\t}\n}", "body:2:3: policy has the unknown key 'attach'" },
        { "define-board", "{\n\t\"name\": \"small\"\n}", "body:1:1: the file has no key 'title'" },
        { "define-board", """{"name": "small"}""", "body:1:1: the file has no key 'title'" },
        { "define-board", "\u0007", "body:1:1: there is a control character" },
        { "set-device", """{"name": "gpu", "max_segment_siz": 1}""", "body:1:17: the file has the unknown key 'max_segment_siz'" },
        { "run", """{"scenario": {"name": "x"}, "board": "small"}""", "scenario:1:1: the file has no key 'shows'" },
        { "run", $$"""{"scenario": {{Scenario}}, "policy": "migrat"}""", "'migrat' is not a policy: did you mean migrate?" },
        { "run", """{"scenario": {"\ud800": 1}}""", "scenario: not of the expected type" },
        { "run", "{\"scenario\": {\n\t\"name\": \"x\"\n}, \"board\": \"small\"}", "scenario:1:1: the file has no key 'shows'" },
        { "explore", $$"""{"scenario": {{Scenario}}, "faults": ["crash=cam"]}""", "'crash=cam' names no importer of the scenario: expected gpu or display" },
    };

    public static TheoryData<string, string, Errno, string> Refused => new()
    {
        { "attach", """{"attachment": "a", "device": "no-such"}""", Errno.ENODEV, "device" },
        { "attach", """{"attachment": "\u202e", "device": "gpu"}""", Errno.EINVAL, "attachment" },
        { "unmap", """{"mapping": "no-such"}""", Errno.EINVAL, "mapping" },
        { "batch", """{"commands": [null]}""", Errno.EINVAL, "commands" },
        { "export", """{"size": 0}""", Errno.EINVAL, "size_bytes" },
        { "export", """{"size": 4096, "memory": [null]}""", Errno.EINVAL, "memory" },
        { "export", """{"size": 4096, "exporter": "no-such"}""", Errno.ENODEV, "exporter" },
        { "set-device", """{"name": "other"}""", Errno.EINVAL, "name" },
        { "switch-context", """{"context": 9}""", Errno.EINVAL, "iommu" },
        { "explore", $$"""{"scenario": {{Scenario}}, "states": 1000001}""", Errno.EINVAL, "states" },
        { "explore", $$"""{"scenario": {{Scenario}}, "faults": [null]}""", Errno.EINVAL, "faults" },
        { "run", """{"scenario": {"board": "no-such"}}""", Errno.ENOENT, "board" },
        { "run", """{"scenario": {}}""", Errno.EINVAL, "board" },
        { "run", """{"scenario": {}, "board": "\ud800"}""", Errno.EINVAL, "board" },
        { "advise", """{"board": "small", "devices": [], "size": 4096}""", Errno.EINVAL, "devices" },
        { "advise", """{"board": "small", "devices": ["cam"], "size": 4096}""", Errno.ENODEV, "device" },
        { "advise", """{"board": "small", "devices": ["gpu"], "size": 0}""", Errno.EINVAL, "size" },
    };

    public async ValueTask InitializeAsync()
    {
        await _api.CallAsync("define-board", Own(Board), OfBoard);
        await ExportAsync("frame");
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task Description_is_the_copy_in_the_repository()
    {
        var copy = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(copy.FullName, "DmaGrains.sln")))
        {
            copy = copy.Parent!;
        }

        var file = Path.Combine(copy.FullName, "docs", "openapi.json");
        var served = await _client.GetStringAsync(new Uri("openapi.json", UriKind.Relative), Cancellation);
        if (Environment.GetEnvironmentVariable("OPENAPI_COPY") == "write")
        {
            File.WriteAllText(file, $"{served.TrimEnd()}\n");
        }

        Assert.True(
            served.TrimEnd() == File.ReadAllText(file).TrimEnd(),
            "docs/openapi.json is not what a silo serves: look at what changed, and write it with OPENAPI_COPY=write and this test.");
    }

    [Fact]
    public async Task Every_operation_parameter_and_member_of_a_request_is_described()
    {
        var description = JsonNode.Parse(await _client.GetStringAsync(new Uri("openapi.json", UriKind.Relative), Cancellation))!;
        var schemas = description["components"]!["schemas"]!;
        var operations = description["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(method => method.Value!).ToList();
        var requests = operations.Select(operation => operation["requestBody"]?["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>().Split('/')[^1])
            .OfType<string>().Distinct().ToList();

        Assert.Equal("3.1.1", description["openapi"]!.GetValue<string>());
        Assert.All(operations, operation => Assert.NotNull(operation["summary"]));
        Assert.All(operations.SelectMany(operation => operation["parameters"]?.AsArray() ?? []), parameter => Assert.NotNull(parameter!["description"]));
        Assert.All(requests.SelectMany(request => schemas[request]!["properties"]?.AsObject() ?? []), member => Assert.NotNull(member.Value!["description"]));
    }

    [Fact]
    public async Task Every_operation_is_met_and_answers_as_described()
    {
        var frame = OfBuffer("frame");
        Assert.Contains(_board, (await _api.CallAsync("list-boards", null, ("count", "100")))["items"]!.AsArray().Select(board => board!["name"]!.GetValue<string>()));
        await _api.CallAsync("define-board", Own(Board), OfBoard);
        await _api.CallAsync("get-board", null, OfBoard);
        Assert.Equal(3, (await _api.CallAsync("list-devices", null, OfBoard)).AsArray().Count);
        await _api.CallAsync("set-device", """{"name": "gpu", "max_segment_size": "32KiB"}""", OfBoard, ("device", "gpu"));
        Assert.Equal(32768, (await _api.CallAsync("get-device", null, OfBoard, ("device", "gpu")))["max_segment_size"]!.GetValue<int>());
        await _api.CallAsync("switch-context", """{"context": 1}""", OfBoard, ("device", "codec"));
        await _api.CallAsync("export", """{"size": "64x16x4", "lines": {"height": 16, "bytes_per_line": 256}, "memory": ["ram"], "policy": {"late_attach": "migrate"}}""", OfBuffer("lines"));
        await _api.CallAsync("attach", """{"attachment": "a", "device": "gpu"}""", frame);
        await _api.CallAsync("test-map", """{"attachment": "a", "direction": "to-device", "options": ["no-bounce"]}""", frame);
        var mapped = await _api.CallAsync("map", """{"mapping": "m", "attachment": "a", "direction": "from-device", "options": ["no-bounce"]}""", [.. frame, ("Idempotency-Key", "\"cam/1\"")]);
        Assert.Equal(2, mapped["scatterlist"]!["segments"]!.AsArray().Count);
        await _api.CallAsync("flush", """{"mapping": "m"}""", frame);
        await _api.CallAsync("sync-for-cpu", """{"sync": "s1", "mapping": "m"}""", frame);
        await _api.CallAsync("sync-for-device", """{"sync": "s2", "mapping": "m"}""", frame);
        await _api.CallAsync("describe", null, frame);
        await _api.CallAsync("get-constraints", null, frame);
        await _api.CallAsync("recalculate", null, frame);
        await _api.CallAsync("history", null, [.. frame, ("after", "1-0")]);
        await (await _api.OpenAsync("buffer-events", "1-0", frame)).DisposeAsync();
        await (await _api.OpenAsync("board-events", null, OfBoard)).DisposeAsync();
        await _api.CallAsync("list-buffers", null, OfBoard, ("device", "gpu"), ("mapped", "true"));
        await _api.CallAsync("unmap", """{"mapping": "m"}""", frame);
        await _api.CallAsync("get-scatterlist", """{"mapping": "l", "attachment": "a"}""", frame);
        await _api.CallAsync("map-raw", """{"mapping": "r", "raw": "l", "direction": "bidirectional"}""", frame);
        await _api.CallAsync("unmap", """{"mapping": "r"}""", frame);
        await _api.CallAsync("put-scatterlist", """{"mapping": "l"}""", frame);
        await _api.CallAsync("get-pfns", """{"mapping": "p", "attachment": "a"}""", frame);
        await _api.CallAsync("put-pfns", """{"mapping": "p"}""", frame);
        await _api.CallAsync("begin-cpu-access", """{"access": "c", "direction": "to-device"}""", frame);
        await _api.CallAsync("cpu-access", """{"access": "d", "direction": "to-device"}""", frame);
        await _api.CallAsync("end-cpu-access", """{"access": "c"}""", frame);
        await _api.CallAsync("detach", """{"attachment": "a"}""", frame);
        await _api.CallAsync("revoke", null, frame);
        await _api.CallAsync("release", null, frame);
        var batch = await _api.CallAsync(
            "batch", """{"commands": [{"command": "attach", "attachment": "a", "device": "gpu"}, {"command": "detach", "attachment": "b"}, {"command": "detach", "attachment": "a"}, {"command": "release"}], "keep_going": true}""", OfBuffer("lines"));
        Assert.Equal(["ok", "EINVAL", "ok", "ok"], batch.AsArray().Select(reply => reply!["outcome"]!.GetValue<string>()));
        var run = await _api.CallAsync("run", Own($$"""{"scenario": {{Scenario}}, "policy": "own-lists"}"""));
        Assert.Equal("two", run["scenario"]!.GetValue<string>());
        await _api.CallAsync("compare", $$"""{"scenario": {{Scenario}}, "board": {{Board}}, "policies": ["refuse", "migrate"]}""");
        await _api.CallAsync("explore", Own($$"""{"scenario": {{Scenario}}, "policies": ["refuse"], "faults": ["crash=gpu"], "wait": true, "states": 10000}"""));
        await _api.CallAsync("advise", Own("""{"board": "small", "devices": ["gpu", "display"], "size": "64KiB", "exporter": "gpu"}"""));
        await _api.CallAsync("define-board", Own(Board).Replace("A board", "The board", StringComparison.Ordinal), OfBoard, ("replace", "true"));
        await _api.CallAsync("release", null, OfBuffer("frame"));
        await _api.CallAsync("remove-board", null, OfBoard);

        Assert.Empty(_api.Uncalled);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_body_is_told_by_its_place_and_what_was_expected(string operation, string body, string saying)
    {
        var path = operation switch
        {
            "define-board" => "boards/small",
            "set-device" => "boards/small/devices/gpu",
            "run" or "explore" => $"analysis/{operation}",
            "export" => "boards/small/buffers/new",
            _ => $"boards/small/buffers/frame/{operation}",
        };
        using var request = new HttpRequestMessage(operation is "export" or "define-board" or "set-device" ? HttpMethod.Put : HttpMethod.Post, Own(path)) { Content = HttpSilo.Json(Own(body)) };

        using var answer = await _client.SendAsync(request, Cancellation);

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
        var detail = problem["detail"]!.GetValue<string>();
        Assert.Equal((HttpStatusCode.BadRequest, 400), (answer.StatusCode, problem["status"]!.GetValue<int>()));
        Assert.StartsWith(saying, detail, StringComparison.Ordinal);
        Assert.Contains("xpected", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(".NET", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("DmaGrains", detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_refusal_has_its_errno_its_field_and_the_status_of_the_errno(string operation, string body, Errno errno, string field)
    {
        (string, string)[] parameters = operation switch
        {
            "set-device" or "switch-context" => [OfBoard, ("device", "gpu")],
            "run" or "explore" or "advise" => [],
            "export" => OfBuffer("new"),
            _ => OfBuffer("frame"),
        };
        var before = await StateAsync();

        var (status, answer) = await SendUncheckedAsync(operation, body, parameters);

        Assert.Equal(ProblemReport.StatusOf(errno), (int)status);
        Assert.Equal($"urn:dmagrains:{errno}", answer["type"]!.GetValue<string>());
        Assert.Equal((errno.ToString(), field), (answer["errno"]!.GetValue<string>(), answer["field"]!.GetValue<string>()));
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A_refusal_over_http_has_the_numbers_of_the_grain_s()
    {
        await _api.CallAsync("attach", """{"attachment": "a", "device": "gpu"}""", OfBuffer("frame"));
        await _api.CallAsync("map", """{"mapping": "m", "attachment": "a", "direction": "to-device"}""", OfBuffer("frame"));

        var (status, answer) = await _api.SendAsync("detach", """{"attachment": "a"}""", OfBuffer("frame"));

        var refusal = RefusalReport.Of((await shared.Silo.Grains.GetBuffer(_board, "frame").DetachAsync("a", cancellationToken: Cancellation)).Refusal!);
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal(
            (refusal.Errno, refusal.Importer, refusal.Field, refusal.Needed, refusal.Limit, refusal.Reason),
            (answer["errno"]!.GetValue<string>(), answer["importer"]!.GetValue<string>(), answer["field"]!.GetValue<string>(), answer["needed"]!.GetValue<ulong>(), answer["limit"]!.GetValue<ulong>(), answer["detail"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_key_is_the_command_s_id()
    {
        (string, string)[] first = [.. OfBuffer("frame"), ("Idempotency-Key", "cam/1")];
        var reply = await _api.CallAsync("attach", """{"attachment": "a", "device": "gpu"}""", first);
        await _api.CallAsync("detach", """{"attachment": "a"}""", OfBuffer("frame"));

        var again = await _api.CallAsync("attach", """{"attachment": "a", "device": "gpu"}""", first);
        var (status, other) = await _api.SendAsync("attach", """{"attachment": "b", "device": "gpu"}""", first);
        var (_, malformed) = await _api.SendAsync("release", null, [.. OfBuffer("frame"), ("Idempotency-Key", "cam")]);

        Assert.Equal(reply.ToJsonString(), again.ToJsonString());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "id"), (status, other["field"]!.GetValue<string>()));
        Assert.Equal("id", malformed["field"]!.GetValue<string>());
        Assert.Empty((await _api.CallAsync("describe", null, OfBuffer("frame")))["attachments"]!.AsArray());
        Assert.True((await shared.Silo.Grains.GetBuffer(_board, "frame").AttachAsync("a", "gpu", new CommandId("cam", 1), Cancellation)).IsGranted);
    }

    [Fact]
    public async Task A_key_of_a_batch_is_the_first_of_its_ids()
    {
        const string Body = """{"commands": [{"command": "attach", "attachment": "a", "device": "gpu"}, {"command": "detach", "attachment": "a"}]}""";
        var replies = await _api.CallAsync("batch", Body, [.. OfBuffer("frame"), ("Idempotency-Key", "cam/7")]);

        var again = await shared.Silo.Grains.GetBuffer(_board, "frame").DetachAsync("a", new CommandId("cam", 8), Cancellation);

        Assert.All(replies.AsArray(), reply => Assert.Equal("ok", reply!["outcome"]!.GetValue<string>()));
        Assert.True(again.IsGranted);
    }

    [Fact]
    public async Task A_page_ends_when_its_buffers_have_long_lists()
    {
        const int buffers = 12;
        await _api.CallAsync("set-device", """{"name": "tiny", "max_segment_size": "4KiB"}""", OfBoard, ("device", "tiny"));
        var maps = Enumerable.Range(0, 3).Select(map => $$"""{"command": "map", "mapping": "m{{map}}", "attachment": "a", "direction": "to-device"}""");
        var batch = $$"""{"commands": [{"command": "attach", "attachment": "a", "device": "tiny"}, {{string.Join(", ", maps)}}]}""";
        foreach (var number in Enumerable.Range(0, buffers))
        {
            await _api.CallAsync("export", """{"size": "4MiB"}""", OfBuffer($"b{number}"));
            Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("batch", batch, OfBuffer($"b{number}"))).Status);
        }

        var page = await _api.CallAsync("list-buffers", null, OfBoard, ("count", "100"));

        Assert.InRange(page["items"]!.AsArray().Count, 1, buffers);
        Assert.Equal(buffers + 1, (await NamesAsync(("count", "100"))).Distinct().Count());
    }

    [Fact]
    public async Task Nobody_waits_for_an_analysis_whose_caller_has_gone()
    {
        // One is carried out at a time; this one would take all that an analysis may.
        var importers = string.Join(", ", Enumerable.Range(0, 12).Select(importer => $$"""{"name": "i{{importer}}", "device": "gpu", "steps": ["attach", "map", "unmap", "detach"]}"""));
        var many = Own($$"""{"scenario": {"name": "many", "shows": "s", "board": "small", "buffers": [{"name": "frame", "size": "64KiB"}], "importers": [{{importers}}]}, "states": 1000000}""");
        using var gone = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "aspnetcore.rate_limiting.active_request_leases")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.Contains(new("aspnetcore.rate_limiting.policy", HttpLimits.Analysis)))
            {
                begun.TrySetResult();
            }
        });
        listener.Start();
        var endlessly = Enumerable.Range(0, Environment.ProcessorCount)
            .Select(_ => _client.PostAsync(new Uri("analysis/explore", UriKind.Relative), HttpSilo.Json(many), gone.Token)).ToList();
        await begun.Task.WaitAsync(Cancellation);
        var waiting = _api.CallAsync("run", Own($$"""{"scenario": {{Scenario}}}"""));
        var cancelled = Stopwatch.GetTimestamp();

        await gone.CancelAsync();

        await waiting;
        Assert.True(Stopwatch.GetElapsedTime(cancelled) < AnalysisEndpoints.TimeMax / 4);
        foreach (var one in endlessly)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }
    }

    [Fact]
    public async Task Buffers_are_listed_in_pages_and_by_what_they_are()
    {
        foreach (var number in Enumerable.Range(0, 45))
        {
            await ExportAsync($"b{number}");
        }

        await _api.CallAsync("attach", """{"attachment": "a", "device": "display"}""", OfBuffer("b17"));
        var all = await NamesAsync();
        var few = await NamesAsync(("count", "7"));
        var held = await NamesAsync(("device", "display"));

        Assert.Equal(46, all.Count);
        Assert.Equal(all.Order(), few.Order());
        Assert.Equal(all.Distinct().Count(), all.Count);
        Assert.Equal(["b17"], held);
        Assert.Empty(await NamesAsync(("exporter", "gpu")));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("list-buffers", null, ("board", "no-such"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.SendAsync("list-buffers", null, OfBoard, ("count", "101"))).Status);
    }

    [Fact]
    public async Task Answers_are_what_the_command_line_prints_with_json()
    {
        var text = await _client.GetStringAsync(new Uri($"boards/{_board}/buffers/frame", UriKind.Relative), Cancellation);

        var buffer = await shared.Silo.Grains.GetBuffer(_board, "frame").DescribeAsync(Cancellation);
        Assert.Equal($"{ReportJson.Text(BufferReport.Of(buffer.Value))}\n", text);
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_of_another_type_is_refused()
    {
        // A client that sends its body at once may find the connection closed before it has read the answer.
        using var asked = new HttpRequestMessage(HttpMethod.Put, new Uri($"boards/{_board}", UriKind.Relative))
        {
            Content = HttpSilo.Json(new string(' ', (1 << 20) + 1)),
            Headers = { ExpectContinue = true },
        };
        using var large = await _client.SendAsync(asked, Cancellation);
        using var text = await _client.PostAsync(new Uri($"boards/{_board}/buffers/frame/attach", UriKind.Relative), new StringContent("{}"), Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
    }

    [Fact]
    public void Every_command_of_the_model_is_offered() => Assert.Equal(
        typeof(DmaCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(DmaCommand))).Select(type => JsonNamingPolicy.KebabCaseLower.ConvertName(type.Name)).Order(StringComparer.Ordinal),
        RequestJson.Commands.Keys);

    private (string, string) OfBoard => ("board", _board);

    private (string, string)[] OfBuffer(string name) => [OfBoard, ("buffer", name)];

    /// <summary>The same text about this test's board.</summary>
    private string Own(string text) => text.Replace("\"small\"", $"\"{_board}\"", StringComparison.Ordinal).Replace("boards/small", $"boards/{_board}", StringComparison.Ordinal);

    private Task<JsonNode> ExportAsync(string name) => _api.CallAsync("export", """{"size": "64KiB"}""", OfBuffer(name));

    private async Task<List<string>> NamesAsync(params (string, string)[] parameters)
    {
        var names = new List<string>();
        for (var cursor = string.Empty; cursor is not null;)
        {
            var page = await _api.CallAsync("list-buffers", null, [OfBoard, ("cursor", cursor), .. parameters]);
            names.AddRange(page["items"]!.AsArray().Select(item => item!["name"]!.GetValue<string>()));
            cursor = page["next"]?.GetValue<string>();
        }

        return names;
    }

    /// <summary>Sends what the description may not allow.</summary>
    private async Task<(HttpStatusCode Status, JsonNode Answer)> SendUncheckedAsync(string operation, string body, (string Name, string Value)[] parameters)
    {
        var buffer = parameters.FirstOrDefault(parameter => parameter.Name == "buffer").Value;
        var path = operation switch
        {
            "set-device" => "boards/small/devices/gpu",
            "switch-context" => "boards/small/devices/gpu/switch-context",
            "run" or "explore" or "advise" => $"analysis/{operation}",
            "export" => $"boards/small/buffers/{buffer}",
            _ => $"boards/small/buffers/{buffer}/{operation}",
        };
        using var request = new HttpRequestMessage(operation is "export" or "set-device" ? HttpMethod.Put : HttpMethod.Post, Own(path)) { Content = HttpSilo.Json(Own(body)) };
        using var answer = await _client.SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!);
    }

    private async Task<string> StateAsync() => await _client.GetStringAsync(new Uri($"boards/{_board}", UriKind.Relative), Cancellation)
        + await _client.GetStringAsync(new Uri($"boards/{_board}/buffers", UriKind.Relative), Cancellation);
}
