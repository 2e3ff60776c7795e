using DmaGrains.Interfaces;

namespace DmaGrains.Client.Live;

/// <summary>A connection to grains: of a running cluster, or of an embedded silo.</summary>
internal abstract class Connection : IAsyncDisposable
{
    /// <summary>Gives grains.</summary>
    public abstract IGrainFactory Grains { get; }

    /// <summary>How often a call was sent again because there was no reply.</summary>
    public virtual ulong SentAgain => 0;

    /// <summary>Whether the state ends with this process.</summary>
    public virtual bool IsEmbedded => false;

    /// <summary>Connects.</summary>
    /// <param name="gateway">HOST:PORT, or several separated by commas; null for an embedded silo.</param>
    /// <param name="access">What lets it in there.</param>
    /// <param name="data">The embedded silo's file; null keeps the state in memory.</param>
    /// <param name="board">The board that the command is about; the embedded silo defines it if it is a shipped one.</param>
    /// <param name="connecting">Gives up connecting.</param>
    /// <param name="waiting">Stops waiting for replies afterwards.</param>
    /// <exception cref="UsageException">The gateway is malformed, or the file cannot be used.</exception>
    /// <exception cref="NoReplyException">No silo answers.</exception>
    public static async Task<Connection> OpenAsync(
        string? gateway, GatewayAccess access, string? data, string? board, CancellationToken connecting, CancellationToken waiting)
    {
        if (gateway is not null)
        {
            return data is null
                ? await GatewayConnection.OpenAsync(gateway, access, connecting, waiting)
                : throw new UsageException("--data and --gateway are both given: expected one of them, a file or a running silo.");
        }

        var embedded = await EmbeddedConnection.OpenAsync(data, connecting);
        await embedded.DefineShippedAsync(board, connecting);
        return embedded;
    }

    /// <summary>The same, for a command that ends when it is interrupted.</summary>
    public static Task<Connection> OpenAsync(string? gateway, GatewayAccess access, string? data, string? board, CancellationToken cancellation) =>
        OpenAsync(gateway, access, data, board, cancellation, cancellation);

    /// <summary>Makes a shipped board known to an embedded silo, when a command first needs it.</summary>
    /// <param name="board">The board that the command is about, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    public virtual Task DefineShippedAsync(string? board, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
