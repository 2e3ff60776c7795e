using System.Numerics;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>How addresses of a bus are written: which cells are flags, and what makes two addresses comparable.</summary>
/// <remarks>Source: drivers/of/address.c, of_busses. The first that matches counts.</remarks>
internal enum TreeBus
{
    /// <summary>Flags in the first of three cells: the space, prefetchable or not.</summary>
    Pci,

    /// <summary>Flags in the first of two cells: I/O or memory.</summary>
    Isa,

    /// <summary>Flags of the bus's own in the first of three cells.</summary>
    Flagged,

    /// <summary>No flags.</summary>
    Plain,
}

/// <summary>Addresses on buses.</summary>
internal static class TreeBuses
{
    private const int CellsMax = 4;

    /// <summary>The kind of a bus.</summary>
    public static TreeBus Of(TreeNode node) => node switch
    {
        _ when IsPci(node) => TreeBus.Pci,
        { BaseName: "isa" } => TreeBus.Isa,
        { AddressCellsBelow: 3 } => TreeBus.Flagged,
        _ => TreeBus.Plain,
    };

    /// <summary>Whether a node is the host of a PCI bus, or a bridge on one.</summary>
    public static bool IsPci(TreeNode node) =>
        node.Text(TreeProperty.DeviceType) is "pci" or "pciex" or "vci" or "ht" || node.BaseName == "pcie";

    /// <summary>How many cells of an address are flags.</summary>
    public static int FlagCells(this TreeBus bus) => bus == TreeBus.Plain ? 0 : 1;

    /// <summary>Address and size cells of what is directly below a bus: fixed for PCI and ISA.</summary>
    /// <param name="bus">The kind of the bus.</param>
    /// <param name="device">A node whose address it is, whose tree parent counts.</param>
    public static (uint Address, uint Size) CellsOf(this TreeBus bus, TreeNode device) => bus switch
    {
        TreeBus.Pci => (3, 2),
        TreeBus.Isa => (2, 1),
        _ => ((device.Parent ?? device).AddressCellsBelow, (device.Parent ?? device).SizeCellsBelow),
    };

    /// <summary>Whether the kernel translates addresses and sizes of so many cells.</summary>
    public static bool IsTranslatable((uint Address, uint Size) cells) => cells is { Address: > 0 and <= CellsMax, Size: > 0 };

    /// <summary>What the flags of an address say, in a form that is equal when the kernel takes them for equal.</summary>
    public static uint Flags(this TreeBus bus, ReadOnlySpan<uint> address) => address.IsEmpty ? 0 : bus switch
    {
        // The space (bits 25 and 24) and prefetchable (bit 30).
        TreeBus.Pci => address[0] & 0x43000000,
        TreeBus.Isa => address[0] & 1,
        TreeBus.Flagged => address[0],
        _ => 0,
    };

    /// <summary>Where an address lies in a window; null outside of it, or for other flags.</summary>
    public static ulong? OffsetIn(this TreeBus bus, ReadOnlySpan<uint> address, ReadOnlySpan<uint> window, ulong sizeBytes)
    {
        var matches = bus switch
        {
            // 32 and 64 bit memory are one space.
            TreeBus.Pci => IsMemory(address[0]) == IsMemory(window[0]) && IsIo(address[0]) == IsIo(window[0]),
            _ => bus.Flags(address) == bus.Flags(window),
        };
        var (at, first) = (Number(address[bus.FlagCells()..]), Number(window[bus.FlagCells()..]));
        return matches && at >= first && at < unchecked(first + sizeBytes) ? at - first : null;
    }

    /// <summary>Adds to an address, in its last two cells; one cell keeps 32 bits.</summary>
    public static void Advance(this TreeBus bus, Span<uint> address, ulong offset)
    {
        var number = address[Math.Min(address.Length, bus.FlagCells())..];
        if (number.IsEmpty)
        {
            return;
        }

        var sum = unchecked(Number(number) + offset);
        number.Clear();
        number[^1] = (uint)sum;
        if (number.Length > 1)
        {
            number[^2] = (uint)(sum >> 32);
        }
    }

    /// <summary>The low 64 bits of a number of several cells.</summary>
    public static ulong Number(ReadOnlySpan<uint> cells)
    {
        var number = 0UL;
        foreach (var cell in cells)
        {
            number = (number << 32) | cell;
        }

        return number;
    }

    /// <summary>The number of bits up to the highest one that is set; at least 1.</summary>
    public static int Width(ulong address) => Math.Max(1, 64 - BitOperations.LeadingZeroCount(address));

    private static bool IsIo(uint flags) => ((flags >> 24) & 3) == 1;

    private static bool IsMemory(uint flags) => ((flags >> 24) & 3) >= 2;
}
