using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;
using DmaGrains.Storage;

namespace DmaGrains.Client.Live;

/// <summary>An embedded silo, which knows the shipped boards and, unless it has a file, starts without buffers.</summary>
internal sealed class EmbeddedConnection : Connection
{
    private readonly EmbeddedSilo _silo;
    private readonly HashSet<string> _shipped = [];

    private EmbeddedConnection(EmbeddedSilo silo, bool endsHere) => (_silo, IsEmbedded) = (silo, endsHere);

    /// <inheritdoc/>
    public override IGrainFactory Grains => _silo.Grains;

    /// <inheritdoc/>
    public override bool IsEmbedded { get; }

    /// <summary>Starts the silo.</summary>
    /// <param name="data">Its file; null keeps the state in memory.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UsageException">The file cannot be used.</exception>
    public static async Task<EmbeddedConnection> OpenAsync(string? data, CancellationToken cancellation)
    {
        try
        {
            var silo = data is null ? EmbeddedSilo.StartAsync(cancellation) : EmbeddedSilo.StartAsync(data, cancellation);
            return new(await silo, endsHere: data is null);
        }
        catch (StorageException problem)
        {
            throw new UsageException($"--data: {problem.Message}");
        }
    }

    /// <inheritdoc/>
    public override async Task DefineShippedAsync(string? board, CancellationToken cancellation)
    {
        if (board is not null && _shipped.Add(board) && ShippedFiles.Board(board) is { } file)
        {
            await _silo.Grains.GetBoard(board).DefineAsync(BoardFile.Read(file), cancellation);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _silo.DisposeAsync();
}
