using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;

namespace DmaGrains.Grains;

/// <summary>The grains under the keys of <see cref="GrainKeys"/>, with the methods that only grains may call.</summary>
internal static class GrainsForGrains
{
    /// <summary>The board's grain.</summary>
    public static IBoardForGrains BoardForGrains(this IGrainFactory grains, string board) =>
        grains.GetBoard(board).AsReference<IBoardForGrains>();

    /// <summary>The names of all boards.</summary>
    public static IBoardListForGrains BoardsForGrains(this IGrainFactory grains) =>
        grains.GetBoards().AsReference<IBoardListForGrains>();

    /// <summary>The board's memory.</summary>
    public static IMemoryForGrains MemoryForGrains(this IGrainFactory grains, string board) =>
        grains.GetMemory(board).AsReference<IMemoryForGrains>();

    /// <summary>The board's MMUs and bounce pool.</summary>
    public static ITranslationForGrains TranslationForGrains(this IGrainFactory grains, string board) =>
        grains.GetTranslation(board).AsReference<ITranslationForGrains>();

    /// <summary>A device of the board.</summary>
    public static IDeviceForGrains DeviceForGrains(this IGrainFactory grains, string board, string device) =>
        grains.GetDevice(board, device).AsReference<IDeviceForGrains>();

    /// <summary>A buffer of the board.</summary>
    public static IDmaBufferForGrains BufferForGrains(this IGrainFactory grains, string board, string buffer) =>
        grains.GetBuffer(board, buffer).AsReference<IDmaBufferForGrains>();
}
