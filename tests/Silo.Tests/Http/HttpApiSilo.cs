namespace DmaGrains.Silo.Tests.Http;

/// <summary>A silo with its API, and a client that knows it by its description, for all tests of a class.</summary>
public sealed class HttpApiSilo : IAsyncLifetime
{
    /// <summary>The silo.</summary>
    internal HttpSilo Silo { get; private set; } = null!;

    /// <summary>A client with the token for changing.</summary>
    internal HttpClient Client { get; private set; } = null!;

    /// <summary>The same, by the API's description.</summary>
    internal DescribedApi Api { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Silo = await HttpSilo.StartAsync("--http-rate", "1000000");
        Client = Silo.Client();
        Api = await DescribedApi.OfAsync(Client, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Silo.DisposeAsync();
    }
}
