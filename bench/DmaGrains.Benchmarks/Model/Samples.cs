using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Benchmarks.Model;

/// <summary>The devices, boards and buffers that are measured; the same at every run.</summary>
internal static class Samples
{
    /// <summary>A frame of 1920 by 1080 pixels of 4 bytes.</summary>
    public const ulong BufferBytes = 1920 * 1080 * 4;

    /// <summary>Devices that can share <see cref="BufferBytes"/>: a GPU, a display and a codec with limits.</summary>
    public static ImmutableArray<Device> Devices { get; } =
    [
        new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1 },
        new("display", new(1 << 20, 1024, (1UL << 30) - 1)) { DmaMask = (1UL << 36) - 1 },
        new("codec", new(1 << 22, 2048, uint.MaxValue)) { DmaMask = (1UL << 36) - 1 },
    ];

    /// <summary>A board of those devices with 16 GiB.</summary>
    public static BoardDefinition Board(string name) =>
        new(name, "Benchmark board", [new("ram", MemoryKind.System, new(0, 1 << 22))], Devices);

    /// <summary>A buffer with that many importers, the devices in turn.</summary>
    public static DmaBuffer Buffer(int importers)
    {
        var buffer = DmaBuffer.Export(new("frame", BufferBytes)).Value;
        for (var index = 0; index < importers; index++)
        {
            buffer = Apply(buffer, Attach(HeldName(index), index), DeviceOf(index)).Next;
        }

        return buffer;
    }

    /// <summary>Carries out a command that asks for nothing but its device.</summary>
    public static Transition Apply(DmaBuffer buffer, DmaCommand command, Device device)
    {
        var step = buffer.Begin(command);
        return (step.Question is CommandQuestion.NeedsDevice ask ? ask.Answer(device) : step).Decided;
    }

    /// <summary>The name of an importer that stays attached.</summary>
    public static string HeldName(int index) => string.Create(CultureInfo.InvariantCulture, $"held-{index:d4}");

    /// <summary>Attaches one of the devices.</summary>
    public static DmaCommand Attach(string attachment, int index) =>
        new DmaCommand.Attach(attachment, DeviceOf(index).Name);

    /// <summary>The devices in turn.</summary>
    public static Device DeviceOf(int index) => Devices[index % Devices.Length];
}
