using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Silo.Tests.Fuzz;

/// <summary>A board with buffers, on which random input is tried.</summary>
/// <param name="grains">Where it is.</param>
internal sealed class FuzzedBoard(IGrainFactory grains)
{
    /// <summary>Its file.</summary>
    public const string Text = """
        {"name": "fuzz", "title": "t", "memory": [{"name": "ram", "kind": "system", "start": "0x100000", "size": "1MiB"}],
         "iommus": [{"name": "mmu", "first": 0, "last": "0xffffff", "contexts": 2}],
         "devices": [{"name": "gpu", "max_segment_size": "64KiB"}, {"name": "display", "max_segment_count": 1}, {"name": "codec", "iommu": "mmu"}]}
        """;

    private readonly DmaCaller _caller = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Its buffers.</summary>
    public static IReadOnlyList<string> Buffers { get; } = ["b0", "b1", "b2"];

    /// <summary>A number from the environment.</summary>
    public static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>Defines what of it is not there, with an importer for each buffer.</summary>
    public async Task SetUpAsync()
    {
        await grains.GetBoard("fuzz").DefineAsync(BoardFile.Parse(Text, "board"), Cancellation);
        foreach (var buffer in Buffers)
        {
            await grains.GetBuffer("fuzz", buffer).ExportAsync(new(buffer, 65536) { Id = _caller.Next() }, Cancellation);
            await grains.GetBuffer("fuzz", buffer).AttachAsync("a", "gpu", _caller.Next(), Cancellation);
        }
    }

    /// <summary>All that input could have changed.</summary>
    public async Task<string> StateAsync()
    {
        var boards = (await grains.GetBoards().ListAsync(string.Empty, IBoardGrain.PageMax, Cancellation)).Value;
        var board = await grains.GetBoard("fuzz").GetAsync(Cancellation);
        var memory = await grains.GetMemory("fuzz").DescribeAsync(Cancellation);
        var buffers = await Task.WhenAll(Buffers.Select(buffer => grains.GetBuffer("fuzz", buffer).DescribeAsync(Cancellation)));
        return ReportJson.Text(new
        {
            boards.Names,
            board = board.TryGetValue(out var definition) ? BoardReport.Of(definition, memory) : null,
            buffers = buffers.Select(found => found.TryGetValue(out var buffer) ? BufferReport.Of(buffer) : null),
        });
    }
}
