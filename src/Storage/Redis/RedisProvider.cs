using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Persistence;
using Orleans.Storage;
using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>A Redis server over one connection: state and membership through Orleans' Redis providers, journals through scripts.</summary>
internal sealed class RedisProvider : StorageProvider, IMembershipProvider
{
    private readonly RedisConnection _address;
    private readonly IConnectionMultiplexer _connection;

    private RedisProvider(RedisConnection address, IConnectionMultiplexer connection, string? weakness) =>
        (_address, _connection, Weakness) = (address, connection, weakness);

    /// <inheritdoc/>
    public override string? Weakness { get; }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="FormatException">It is malformed; the message does not repeat it.</exception>
    public static ConfigurationOptions Parse(string configuration)
    {
        const string expected = "expected words such as 127.0.0.1:6379,password=…";
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(configuration);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            // The library's message repeats part of the text, which may be a password.
            throw new FormatException($"redis is not a configuration: {expected}.");
        }

        if (options.EndPoints.Count == 0)
        {
            throw new FormatException($"redis names no server: {expected}.");
        }

        // Messages name servers. A word that is not a server, or comes after a word with "=", may be (part of) a password.
        var words = configuration.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return options.EndPoints.All(IsServer) && words.SkipWhile(word => !word.Contains('=', StringComparison.Ordinal)).All(word => word.Contains('=', StringComparison.Ordinal))
            ? options
            : throw new FormatException($"redis has something other than HOST:PORT before its settings, or other than NAME=VALUE after them: {expected}.");
    }

    /// <summary>Connects.</summary>
    /// <exception cref="StorageException">It cannot be reached or used.</exception>
    public static async Task<RedisProvider> OpenAsync(string configuration, CancellationToken cancellation)
    {
        var options = Parse(configuration);
        var address = new RedisConnection(options);
        options.ClientName ??= "dmagrains";

        // For CONFIG GET, which the library treats as an admin command.
        options.AllowAdmin = true;
        try
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellation);
            return new(address, connection, await WeaknessAsync(connection));
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            throw CannotBeUsed(address, problem);
        }
    }

    /// <inheritdoc/>
    public string Server => _address.ToString();

    /// <inheritdoc/>
    public async Task<DateTime> NowAsync()
    {
        try
        {
            var server = _connection.GetServers().FirstOrDefault(server => server.IsConnected && !server.IsReplica)
                ?? throw new RedisConnectionException(ConnectionFailureType.UnableToConnect, "No server is connected");
            return await server.TimeAsync();
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            throw CannotBeUsed(_address, problem);
        }
    }

    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellation) =>
        _connection.GetDatabase().PingAsync().WaitAsync(cancellation);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <inheritdoc/>
    public void AddMembership(ISiloBuilder silo) => silo.UseRedisClustering(options =>
    {
        options.ConfigurationOptions = _address.Configuration;
        options.CreateMultiplexer = _ => Task.FromResult((_connection, true));
    });

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name)
    {
        silo.AddRedisGrainStorage(
            name,
            (OptionsBuilder<RedisStorageOptions> builder) => builder.Configure<IGrainStorageSerializer>((options, serializer) =>
            {
                options.ConfigurationOptions = _address.Configuration;
                options.CreateMultiplexer = _ => Task.FromResult((_connection, true));
                options.GrainStorageSerializer = new SealedSerializer(serializer);
            }));
        silo.AddJournalStore(
            name,
            services => new RedisJournals(_connection, _address, services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
    }

    /// <summary>By default a server acknowledges before it writes to disk; some servers do not reveal their configuration.</summary>
    private static async Task<string?> WeaknessAsync(ConnectionMultiplexer connection)
    {
        foreach (var server in connection.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            try
            {
                var settings = (await server.ConfigGetAsync("append*")).ToDictionary();
                if (settings.GetValueOrDefault("appendonly") != "yes" || settings.GetValueOrDefault("appendfsync") != "always")
                {
                    return $"Redis at {RedisConnection.Format(server.EndPoint)} acknowledges before it writes: set appendonly yes and appendfsync always.";
                }
            }
            catch (RedisServerException)
            {
                return $"Redis at {RedisConnection.Format(server.EndPoint)} does not say whether it writes before it acknowledges.";
            }
        }

        return null;
    }

    private static StorageException CannotBeUsed(RedisConnection address, Exception problem) =>
        new($"{address} cannot be used: {address.Explain(problem)}.")
        {
            IsAway = problem is TimeoutException
                or RedisConnectionException { FailureType: not ConnectionFailureType.AuthenticationFailure }
                or RedisServerException { Message: ['L', 'O', 'A', 'D', 'I', 'N', 'G', ..] },
        };

    /// <summary>Whether a word is a server. A host name needs a port, because a word without one may be anything.</summary>
    private static bool IsServer(EndPoint server) =>
        server is not DnsEndPoint named || (named.Port != 0 && Uri.CheckHostName(named.Host) != UriHostNameType.Unknown);
}
