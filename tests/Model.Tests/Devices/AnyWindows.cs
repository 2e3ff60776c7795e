using CsCheck;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

/// <summary>Generators of windows that a bus can have.</summary>
internal static class AnyWindows
{
    /// <summary>One to five, of any sizes, in any order on either side, some beside each other.</summary>
    public static Gen<DmaWindows> Some { get; } = Gen.Select(
        Gen.Select(Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 0x3fff_ffff]), Gen.OneOf(Gen.ULong[1, 0x3fff_ffff], Gen.ULong[1, 3]), Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 0x3fff_ffff])).Array[1, 5],
        Gen.Shuffle((int[])[0, 1, 2, 3, 4]),
        Gen.Shuffle((int[])[0, 1, 2, 3, 4]),
        (parts, busOrder, order) =>
        {
            var starts = new ulong[parts.Length];
            ulong bus = 0;
            foreach (var index in busOrder.Where(index => index < parts.Length))
            {
                starts[index] = bus + parts[index].Item3;
                bus = starts[index] + parts[index].Item2;
            }

            var windows = new List<DmaWindow>();
            ulong cpu = 0;
            foreach (var ((gap, size, _), start) in parts.Zip(starts))
            {
                windows.Add(new(cpu + gap, start, size));
                cpu += gap + size;
            }

            return new DmaWindows(order.Where(index => index < windows.Count).Select(index => windows[index]));
        });
}
