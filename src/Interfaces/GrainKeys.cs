namespace DmaGrains.Interfaces;

/// <summary>
/// The keys of a board's grains. Every key has a character that hexadecimal numbers lack: Orleans' ADO.NET storage, which the benchmarks
/// compare with, would take keys such as <c>a</c>, <c>A</c> and <c>0a</c> for the same row.
/// </summary>
public static class GrainKeys
{
    /// <summary>The board's grain.</summary>
    public static IBoardGrain GetBoard(this IGrainFactory grains, string board) =>
        grains.GetGrain<IBoardGrain>($"board:{board}");

    /// <summary>The names of all boards.</summary>
    public static IBoardListGrain GetBoards(this IGrainFactory grains) => grains.GetGrain<IBoardListGrain>("boards:");

    /// <summary>The board's memory.</summary>
    public static IMemoryGrain GetMemory(this IGrainFactory grains, string board) =>
        grains.GetGrain<IMemoryGrain>($"memory:{board}");

    /// <summary>The board's MMUs and bounce pool.</summary>
    public static ITranslationGrain GetTranslation(this IGrainFactory grains, string board) =>
        grains.GetGrain<ITranslationGrain>($"translation:{board}");

    /// <summary>A device of the board.</summary>
    public static IDeviceGrain GetDevice(this IGrainFactory grains, string board, string device) =>
        grains.GetGrain<IDeviceGrain>($"{board}/{device}");

    /// <summary>A buffer of the board.</summary>
    public static IDmaBufferGrain GetBuffer(this IGrainFactory grains, string board, string buffer) =>
        grains.GetGrain<IDmaBufferGrain>(OfBuffer(board, buffer));

    /// <summary>The key of a buffer.</summary>
    /// <param name="board">Its board.</param>
    /// <param name="buffer">Its name on the board.</param>
    public static string OfBuffer(string board, string buffer) => $"{board}/{buffer}";

    /// <summary>An experiment in the cluster.</summary>
    public static IExperimentGrain GetExperiment(this IGrainFactory grains, string name) =>
        grains.GetGrain<IExperimentGrain>($"experiment:{name}");

    /// <summary>The board in the key of a device or a buffer.</summary>
    public static string BoardOf(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? string.Empty : key[..slash];
    }

    /// <summary>The name after the board in the key of a device or a buffer, or after the colon in the key of a board or an experiment.</summary>
    public static string NameOf(string key) => key[(key.IndexOfAny(['/', ':']) + 1)..];
}
