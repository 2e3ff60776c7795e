using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DmaGrains.Model;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Tests.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Tests.Fuzz;

/// <summary>Requests that nobody sends on purpose: none is a fault, none hangs, and none that is refused changes anything.</summary>
/// <remarks><c>HTTP_FUZZ</c> says how many, <c>HTTP_FUZZ_SEED</c> which; tests/fuzz runs many.</remarks>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
public sealed class HttpFuzzTests(HttpApiSilo shared) : IClassFixture<HttpApiSilo>
{
    private const string Scenario = """
        {"name": "two", "shows": "s", "board": "fuzz", "buffers": [{"name": "frame", "size": "64KiB"}],
         "importers": [{"name": "gpu", "device": "gpu", "steps": ["attach", "map"]}, {"name": "display", "device": "display", "steps": ["attach", "map"]}]}
        """;

    private static readonly int _count = FuzzedBoard.Number("HTTP_FUZZ", 3000);
    private static readonly int _seed = FuzzedBoard.Number("HTTP_FUZZ_SEED", 20261129);

    private static readonly string[] _names = ["a", "b", "m", "n", "gpu", "display", "codec", "ram"];
    private static readonly string[] _odd =
        ["", "..", "%00", "%2F", "a%2Fb", "%1b%5b2J", "%e2%80%ae", "%ff", "%f0%9f%98%80", "a b", "#", "board:x", new('x', 63), new('x', 64), new('x', 3000), "{board}", "💥"];

    private static readonly string[] _values =
        ["null", "true", "0", "-1", "1e400", "18446744073709551616", "0.5", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"0x1000\"", "\"1920x1080x4\"", "[]", "{}", "[null]", "{\"a\":{}}"];

    private static readonly Dictionary<string, string[]> _bodies = new()
    {
        ["define-board"] = [FuzzedBoard.Text],
        ["set-device"] = ["""{"name": "gpu", "max_segment_size": "32KiB"}""", """{"name": "codec", "iommu": "mmu"}"""],
        ["switch-context"] = ["""{"context": 1}""", """{"context": 9}"""],
        ["export"] = ["""{"size": "64KiB"}""", """{"size": 4096, "exporter": "gpu", "memory": ["ram"]}""", """{"size": "64x16x4", "lines": {"height": 16, "bytes_per_line": 256}, "policy": "migrate", "getters": "v6.1"}""", """{"size": "1TiB"}"""],
        ["test-map"] = ["""{"attachment": "a", "direction": "to-device", "options": ["no-bounce"]}"""],
        ["batch"] = ["""{"commands": [{"command": "attach", "attachment": "a", "device": "gpu"}, {"command": "map", "mapping": "m", "attachment": "a", "direction": "to-device"}, {"command": "unmap", "mapping": "m"}], "keep_going": true}"""],
        ["run"] = [$$"""{"scenario": {{Scenario}}}""", $$"""{"scenario": {{Scenario}}, "board": {{FuzzedBoard.Text}}, "policy": "migrate"}"""],
        ["compare"] = [$$"""{"scenario": {{Scenario}}, "policies": ["refuse"]}"""],
        ["explore"] = [$$"""{"scenario": {{Scenario}}, "states": 1000, "faults": ["crash"]}"""],
        ["advise"] = ["""{"board": "fuzz", "devices": ["gpu", "display"], "size": "64KiB"}"""],
        ["attach"] = ["""{"attachment": "a", "device": "gpu"}""", """{"attachment": "b", "device": "display"}"""],
        ["map"] = ["""{"mapping": "m", "attachment": "a", "direction": "to-device"}""", """{"mapping": "n", "attachment": "b", "direction": "bidirectional", "options": ["no-bounce"]}"""],
        ["map-raw"] = ["""{"mapping": "m", "raw": "n", "direction": "to-device"}"""],
        ["cpu-access"] = ["""{"access": "a", "direction": "to-device"}"""],
        ["begin-cpu-access"] = ["""{"access": "a", "direction": "to-device"}"""],
        ["end-cpu-access"] = ["""{"access": "a"}"""],
        ["detach"] = ["""{"attachment": "a"}""", """{"attachment": "b"}"""],
        ["sync-for-cpu"] = ["""{"sync": "a", "mapping": "m"}"""],
        ["sync-for-device"] = ["""{"sync": "b", "mapping": "m"}"""],
        ["get-pfns"] = ["""{"mapping": "n", "attachment": "a"}"""],
        ["get-scatterlist"] = ["""{"mapping": "n", "attachment": "a"}"""],
    };

    private readonly Random _random = new(_seed);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_sent_over_http_is_a_fault_or_hangs_and_nothing_refused_changes_anything()
    {
        var routes = shared.Silo.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PortMetadata>()?.Port == shared.Silo.Port && endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is { EndpointName: not ("buffer-events" or "board-events") }).ToList();
        var statuses = new Dictionary<HttpStatusCode, int>();
        var state = string.Empty;
        var board = new FuzzedBoard(shared.Silo.Grains);
        for (var number = 0; number < _count; number++)
        {
            if (number % 100 == 0)
            {
                await board.SetUpAsync();
                state = await board.StateAsync();
            }

            var route = routes[_random.Next(routes.Count)];
            using var request = RequestFor(route, number);
            var said = $"request {number} of seed {_seed}: {request.Method} {request.RequestUri} {(request.Content is { } content ? await content.ReadAsStringAsync(Cancellation) : null)}";
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(45));
            using var answer = await shared.Client.SendAsync(request, patience.Token);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            statuses[answer.StatusCode] = statuses.GetValueOrDefault(answer.StatusCode) + 1;

            Assert.True((int)answer.StatusCode < 500, $"{said}\n{answer.StatusCode} {text}");
            var now = request.Method == HttpMethod.Get ? state : await board.StateAsync();
            if (!answer.IsSuccessStatusCode)
            {
                Assert.True(state == now, $"{said}\n{answer.StatusCode} {text}\nchanged\n{state}\nto\n{now}");
                Assert.True(text.Length == 0 || (JsonNode.Parse(text)?["status"]?.GetValue<int>() == (int)answer.StatusCode && HarmlessText.Lines(text) == text), $"{said}\n{text}");
            }

            state = now;
        }

        // It got in, and met each kind of refusal.
        Assert.All(
            (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnsupportedMediaType],
            status => Assert.True(statuses.GetValueOrDefault(status) > _count / 200, $"{status}: {string.Join(", ", statuses)}"));
    }

    private HttpRequestMessage RequestFor(RouteEndpoint route, int number)
    {
        var name = route.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName;
        var method = route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
        var path = string.Join('/', route.RoutePattern.RawText!.Split('/').Select(segment => segment switch
        {
            "{board}" => Seldom() ? OneOf(_odd) : "fuzz",
            "{buffer}" => Seldom() ? OneOf(_odd) : OneOf([.. FuzzedBoard.Buffers]),
            "{device}" => Seldom() ? OneOf(_odd) : OneOf(_names),
            _ => segment,
        }));
        var query = Seldom() ? $"?{OneOf("cursor", "count", "replace", "exporter", "mapped", "x")}={OneOf(["1", "true", "100", .. _odd])}" : string.Empty;
        var request = new HttpRequestMessage(new(Seldom() && Seldom() ? OneOf("GET", "POST", "PUT", "DELETE", "PATCH", "BREW") : method), new Uri($"http://127.0.0.1:{shared.Silo.Port}{path}{query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = false }));
        if (_random.Next(3) == 0)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Seldom() ? OneOf("", "x", "a/-1", "a/0", "/1", "\"", "a/99999999999999999999", "a/1,b/2") : $"fuzz{_random.Next(3)}/{number + 1}");
        }

        if (_bodies.TryGetValue(name, out var bodies) || method is "POST" or "PUT")
        {
            request.Content = new ByteArrayContent(BodyOf(OneOf(bodies ?? ["""{"mapping": "m"}"""])));
            request.Content.Headers.ContentType = Seldom() && Seldom() ? null : new MediaTypeHeaderValue(Seldom() ? OneOf("application/yaml", "text/plain", "application/json+x") : "application/json");
        }

        return request;
    }

    /// <summary>A body as it is, or with something wrong.</summary>
    private byte[] BodyOf(string body)
    {
        switch (_random.Next(12))
        {
            case 0:
                return Encoding.UTF8.GetBytes(OneOf(_values));
            case 1:
                var bytes = new byte[_random.Next(200)];
                _random.NextBytes(bytes);
                return bytes;
            case 2:
                return Encoding.UTF8.GetBytes(OneOf(new string('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 3000)), $"{{\"{new string('k', 100_000)}\":1}}", $"{{\"name\": \"{new string('n', 100_000)}\"}}"));
            case 3:
                var cut = _random.Next(body.Length);
                return Encoding.UTF8.GetBytes(body[..cut]);
            case 4 or 5:
                // A value is replaced by another one.
                var values = body.Split(": ");
                var at = _random.Next(1, Math.Max(2, values.Length));
                return Encoding.UTF8.GetBytes(string.Join(": ", values.Select((value, index) => index == at ? $"{OneOf(_values)}{value[Math.Max(0, value.IndexOfAny([',', '}']))..]}" : value)));
            case 6:
                var changed = body.ToCharArray();
                changed[_random.Next(changed.Length)] = (char)_random.Next(128);
                return Encoding.UTF8.GetBytes(changed);
            default:
                return Encoding.UTF8.GetBytes(body);
        }
    }

    private bool Seldom() => _random.Next(8) == 0;

    private string OneOf(params string[] texts) => texts[_random.Next(texts.Length)];
}
