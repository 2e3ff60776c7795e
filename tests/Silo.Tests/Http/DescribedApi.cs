using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>
/// A client made from the API's own description: it knows of operations only what that says, holds each request and answer against it, and
/// tells which operations it never called.
/// </summary>
internal sealed class DescribedApi(HttpClient client, JsonNode description)
{
    private const string Json = "application/json";

    private readonly HashSet<string> _called = [];
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private readonly Dictionary<string, (string Path, string Method, JsonNode Operation)> _operations = description["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Select(method => (Path: path.Key, Method: method.Key, Operation: method.Value!)))
        .ToDictionary(operation => operation.Operation["operationId"]!.GetValue<string>());

    /// <summary>Operations that were never called with success.</summary>
    public IEnumerable<string> Uncalled => _operations.Keys.Except(_called);

    /// <summary>Reads the description of a silo's API.</summary>
    public static async Task<DescribedApi> OfAsync(HttpClient client, CancellationToken cancellation) =>
        new(client, JsonNode.Parse(await client.GetStringAsync(new Uri("openapi.json", UriKind.Relative), cancellation))!);

    /// <summary>Calls an operation that is met.</summary>
    /// <param name="operation">Its id.</param>
    /// <param name="body">Its body, or null.</param>
    /// <param name="parameters">Its parameters by name: of the path, the query and the header.</param>
    public async Task<JsonNode> CallAsync(string operation, string? body = null, params (string Name, string Value)[] parameters)
    {
        var (status, answer) = await SendAsync(operation, body, parameters);

        Assert.True(status == HttpStatusCode.OK, $"{operation}: {status} {answer}");
        _called.Add(operation);
        return answer;
    }

    /// <summary>Calls an operation.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(string id, string? body = null, params (string Name, string Value)[] parameters)
    {
        var (path, method, operation) = _operations[id];
        using var request = new HttpRequestMessage { Method = new(method.ToUpperInvariant()) };
        var query = new StringBuilder();
        foreach (var described in operation["parameters"]?.AsArray() ?? [])
        {
            var name = described!["name"]!.GetValue<string>();
            if (parameters.Where(given => given.Name == name).Select(given => given.Value).FirstOrDefault() is not { } value)
            {
                Assert.False(described["required"]?.GetValue<bool>() ?? false, $"{id} needs {name}");
                continue;
            }

            switch (described["in"]!.GetValue<string>())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
                    break;
                case "query":
                    query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
                    break;
                default:
                    request.Headers.Add(name, value);
                    break;
            }
        }

        Assert.Empty(parameters.Select(given => given.Name).Except((operation["parameters"]?.AsArray() ?? []).Select(known => known!["name"]!.GetValue<string>())));
        Assert.Equal(body is not null, operation["requestBody"] is not null);
        if (body is not null)
        {
            Check(operation["requestBody"]!["content"]![Json]!["schema"]!, JsonNode.Parse(body), $"the request of {id}");
            request.Content = new StringContent(body, Encoding.UTF8, Json);
        }

        request.RequestUri = new($"{path.TrimStart('/')}{query}", UriKind.Relative);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(text)!;
        var described200 = response.StatusCode == HttpStatusCode.OK;
        var content = operation["responses"]![described200 ? "200" : "default"]!["content"]!.AsObject().Single();
        Assert.Equal(content.Key, MediaTypeHeaderValue.Parse(response.Content.Headers.ContentType!.ToString()).MediaType);
        Check(content.Value!["schema"]!, answer, $"the answer of {id}");
        return (response.StatusCode, answer);
    }

    /// <summary>Opens a stream of events.</summary>
    /// <param name="id">The operation.</param>
    /// <param name="last">The id of the last event that was told; null for none.</param>
    /// <param name="parameters">Its parameters of the path and the query.</param>
    public async Task<EventReader> OpenAsync(string id, string? last, params (string Name, string Value)[] parameters)
    {
        var (path, method, operation) = _operations[id];
        path = parameters.Aggregate(path, (all, each) => all.Replace($"{{{each.Name}}}", each.Value, StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new(method.ToUpperInvariant()), new Uri(path.TrimStart('/'), UriKind.Relative));
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(operation["responses"]!["200"]!["content"]!.AsObject().ContainsKey(response.Content.Headers.ContentType!.MediaType!));
        _called.Add(id);
        return new(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private void Check(JsonNode schema, JsonNode? value, string what)
    {
        var text = schema.ToJsonString();
        if (!_schemas.TryGetValue(text, out var known))
        {
            // Definitions are where the description has them, and again where JSON schemas have theirs.
            var own = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["allOf"] = new JsonArray(schema.DeepClone()), ["$defs"] = description["components"]!["schemas"]!.DeepClone() };
            _schemas[text] = known = JsonSchema.FromText(own.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
        }

        var result = known.Evaluate(JsonSerializer.SerializeToElement(value), new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, $"{what} is not as described: {string.Join("; ", result.Details.Where(detail => detail.HasErrors).Select(detail => $"{detail.InstanceLocation} {string.Join(", ", detail.Errors!.Values)}"))}\n{value}");
    }
}
