using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Http;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>Who is let in.</summary>
public sealed class HttpAccessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nobody_without_a_token_gets_anything_and_a_token_for_reading_changes_nothing()
    {
        await using var silo = await HttpSilo.StartAsync();
        var routes = RoutesOf(silo);
        Assert.NotEmpty(routes);
        foreach (var (method, path, readers) in routes)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(silo, method, path, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(silo, method, path, "unknown-token-0001"));
            Assert.Equal(readers, await StatusAsync(silo, method, path, HttpSilo.Reading) != HttpStatusCode.Forbidden);
            Assert.DoesNotContain(
                await StatusAsync(silo, method, path, HttpSilo.Changing), (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden]);
        }
    }

    [Theory]
    [InlineData("no-such-path")]
    [InlineData("live")]
    [InlineData("ready")]
    public async Task Whether_there_is_nothing_is_told_to_readers_only(string path)
    {
        await using var silo = await HttpSilo.StartAsync("--health-port", $"{FreePort.Next()}");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(silo, HttpMethod.Get, path, null));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(silo, HttpMethod.Get, path, HttpSilo.Reading));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(silo, HttpMethod.Patch, "openapi.json", HttpSilo.Reading));
    }

    [Fact]
    public async Task The_port_for_health_needs_no_token_and_has_nothing_else()
    {
        var health = FreePort.Next();
        await using var silo = await HttpSilo.StartAsync("--health-port", $"{health}");
        using var client = silo.Client();

        Assert.Equal("silo: ok\nstorage: ok\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{health}/ready"), Cancellation));
        using var other = await client.GetAsync(new Uri($"http://127.0.0.1:{health}/openapi.json"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.OK)]
    [InlineData("localhost", null, HttpStatusCode.OK)]
    [InlineData("[::1]:80", null, HttpStatusCode.OK)]
    [InlineData("evil.example", null, HttpStatusCode.Unauthorized)]
    [InlineData("localhost", "http://evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("localhost", "null", HttpStatusCode.Unauthorized)]
    [InlineData("localhost:7000", "http://localhost:7000", HttpStatusCode.OK)]
    public async Task Without_tokens_this_machine_is_let_in_and_a_web_page_from_elsewhere_is_not(string? host, string? origin, HttpStatusCode expected)
    {
        await using var silo = await HttpSilo.StartOpenAsync();
        using var client = silo.Client(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "openapi.json");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await client.SendAsync(request, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Nothing_in_a_problem_moves_a_terminal_s_cursor()
    {
        await using var silo = await HttpSilo.StartAsync();
        using var client = silo.Client();
        using var request = new HttpRequestMessage(new HttpMethod("EVIL"), "boards/%1b%5b2J%e2%80%ae");

        using var answer = await client.SendAsync(request, Cancellation);

        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(text, letter => letter is '\u001b' or '\u202e');
        Assert.Equal((int)answer.StatusCode, JsonDocument.Parse(text).RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Too_many_requests_of_one_address_are_refused()
    {
        await using var silo = await HttpSilo.StartAsync("--http-rate", "3");
        using var client = silo.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync(new Uri("openapi.json", UriKind.Relative), Cancellation)));

        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType));
        Assert.All(refused, answer => Assert.NotNull(answer.Headers.RetryAfter));
    }

    [Fact]
    public async Task Connections_beyond_the_most_are_closed_and_those_for_health_are_not_counted()
    {
        var health = FreePort.Next();
        await using var silo = await HttpSilo.StartAsync("--health-port", $"{health}");
        var connections = new List<TcpClient>();
        try
        {
            foreach (var _ in Enumerable.Range(0, HttpLimits.ConnectionsMax))
            {
                connections.Add(await ConnectedAsync(silo.Port));
            }

            // The last of these is answered, so all are accepted.
            await connections[^1].GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancellation);
            Assert.NotEqual(0, await connections[^1].GetStream().ReadAsync(new byte[1024], Cancellation));

            Assert.True(await IsClosedAsync(silo.Port));
            using var client = silo.Client(null);
            Assert.Equal("silo: ok\nstorage: ok\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{health}/ready"), Cancellation));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task A_certificate_encrypts_and_a_renewed_one_is_used_without_a_restart()
    {
        var file = _folder.File("silo.pem");
        using var first = WriteCertificate(file, "first");
        await using var silo = await HttpSilo.StartAsync("--http-listen", "0.0.0.0", "--http-certificate", file);
        Assert.Equal("CN=first", await SubjectAsync(silo));
        using var second = WriteCertificate(file, "second");

        // It is looked at again after a second, and each attempt takes its time.
        for (var attempt = 0; await SubjectAsync(silo) != "CN=second"; attempt++)
        {
            Assert.True(attempt < 100_000);
        }
    }

    private static async Task<TcpClient> ConnectedAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, Cancellation);
        return client;
    }

    /// <summary>Whether a new connection is closed by itself, in whatever way and however soon.</summary>
    private static async Task<bool> IsClosedAsync(int port)
    {
        try
        {
            using var connection = await ConnectedAsync(port);
            return await connection.GetStream().ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation) == 0;
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            return true;
        }
    }

    private static X509Certificate2 WriteCertificate(string file, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        return certificate;
    }

    private static async Task<string?> SubjectAsync(HttpSilo silo)
    {
        string? subject = null;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (subject = certificate?.Subject) is not null,
            },
        };
        using var client = new HttpClient(handler);
        client.DefaultRequestHeaders.Authorization = new("Bearer", HttpSilo.Reading);
        using var answer = await client.GetAsync(new Uri($"https://127.0.0.1:{silo.Port}/openapi.json"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return subject;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpSilo silo, HttpMethod method, string path, string? token)
    {
        using var client = silo.Client(token);
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>Every route of the API's port, and whether readers may take it.</summary>
    private static List<(HttpMethod Method, string Path, bool Readers)> RoutesOf(HttpSilo silo) =>
    [
        .. silo.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PortMetadata>()?.Port == silo.Port)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (
                new HttpMethod(method),
                string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => segment.IsSimple && segment.Parts[0].IsParameter ? "x" : string.Concat(segment.Parts.Select(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "x")))),
                IsForReaders(method, endpoint.RoutePattern.RawText!)))),
    ];

    // What only looks, although it is asked with a body.
    private static bool IsForReaders(string method, string path) =>
        method == "GET" || path.EndsWith("/recalculate", StringComparison.Ordinal) || path.EndsWith("/test-map", StringComparison.Ordinal) || path.StartsWith("/analysis/", StringComparison.Ordinal);
}
