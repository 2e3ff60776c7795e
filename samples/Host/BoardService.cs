using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Files;
using Microsoft.Extensions.Hosting;

namespace MyHost;

/// <summary>Makes the boards of the folder known before clients ask for them.</summary>
internal sealed class BoardService(IGrainFactory grains) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "boards"), "*.yaml"))
        {
            var board = BoardFile.Read(file);
            var defined = await grains.GetBoard(board.Name).DefineAsync(board, stoppingToken);
            Console.WriteLine(defined.IsGranted ? $"board {board.Name} is ready" : $"board {board.Name}: {defined.Refusal!.Reason}");
        }
    }
}
