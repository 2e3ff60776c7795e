using System.Collections.Immutable;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>The memory that a device without an MMU reaches: that within its windows, up to its highest address.</summary>
/// <param name="HighestAddress">The last address that the device can form on its bus.</param>
/// <param name="Windows">How the device's bus sees memory.</param>
/// <remarks>
/// Source: include/linux/dma-direct.h, dma_capable: the translated start, and start plus length, against mask and bus limit. Linux accepts
/// a run that leaves its window, and the device then accesses other memory; here such a run is out of reach.
/// </remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.device-reach")]
public readonly record struct DmaReach(ulong HighestAddress, DmaWindows Windows)
{
    /// <summary>
    /// The memory in which pages for a device may lie: what it reaches itself, or behind an MMU whatever the entries of the MMU next to
    /// memory can hold. The only place that chooses between the two.
    /// </summary>
    /// <param name="isTranslated">Whether the device is behind an MMU.</param>
    /// <param name="outputLimit">The highest address that the entries hold; 0 for no limit.</param>
    /// <param name="own">What the device reaches where no MMU stands in between.</param>
    public static DmaReach OfPages(bool isTranslated, ulong outputLimit, DmaReach own) =>
        isTranslated ? new(outputLimit == 0 ? ulong.MaxValue : outputLimit, default) : own;

    /// <summary>The last CPU address that the device reaches; 0 when it reaches no memory.</summary>
    public ulong HighestCpuAddress
    {
        get
        {
            if (Windows.IsEmpty)
            {
                return HighestAddress;
            }

            ulong highest = 0;
            foreach (var window in Windows.All)
            {
                if (window.BusStart <= HighestAddress)
                {
                    highest = Math.Max(highest, LastWithin(window));
                }
            }

            return highest;
        }
    }

    /// <summary>Whether the device reaches a range of memory as one segment.</summary>
    /// <param name="address">The first.</param>
    /// <param name="lengthBytes">How many, 1 or more.</param>
    /// <remarks>
    /// Not the only place: a device without windows reaches a buffer if it can form its highest address (<c>DmaBuffer.Reaches</c>).
    /// </remarks>
    public bool Holds(ulong address, ulong lengthBytes)
    {
        var last = unchecked(address + (lengthBytes - 1));
        if (Windows.IsEmpty)
        {
            return last <= HighestAddress && last >= address;
        }

        foreach (var window in Windows.All)
        {
            if (window.Holds(address))
            {
                return last >= address && (window.Holds(last)
                    ? window.ToBus(last) <= HighestAddress
                    : HoldsJoined(address, last));
            }
        }

        return false;
    }

    /// <summary>
    /// The reachable pages in address order. Where a window is followed directly by one that leads elsewhere on the bus, the last page of
    /// the first is left out, because a segment over both would be out of reach.
    /// </summary>
    public ImmutableArray<PageExtent> Pages()
    {
        if (Windows.IsEmpty)
        {
            return [new(0, HighestAddress == ulong.MaxValue ? ulong.MaxValue : (HighestAddress + 1) >> Page.Shift)];
        }

        var pages = ImmutableArray.CreateBuilder<PageExtent>();
        foreach (var window in Windows.Joined())
        {
            if (window.BusStart > HighestAddress)
            {
                continue;
            }

            // Computed from the last byte, because a window may end at 2^64.
            var first = (window.CpuStart >> Page.Shift) + ((window.CpuStart & (Page.SizeBytes - 1)) == 0 ? 0u : 1u);
            var last = LastWithin(window);
            var end = (last >> Page.Shift) + ((last & (Page.SizeBytes - 1)) == Page.SizeBytes - 1 ? 1u : 0u);
            if (pages.Count != 0 && pages[^1].EndPfn == first)
            {
                pages[^1] = pages[^1] with { PageCount = pages[^1].PageCount - 1 };
            }

            if (end > first)
            {
                pages.Add(new(first, end - first));
            }
        }

        return pages.ToImmutable();
    }

    /// <summary>The reach in words, for a sentence that begins with the device.</summary>
    public override string ToString() => Windows.IsEmpty
        ? $"reaches addresses up to 0x{HighestAddress:x}"
        : Windows.HighestBusAddress <= HighestAddress
        ? $"reaches memory through {Windows}"
        : $"reaches memory through {Windows} and bus addresses up to 0x{HighestAddress:x}";

    /// <summary>EIO for a range of memory out of reach.</summary>
    /// <param name="device">The device's name, for the message.</param>
    /// <param name="address">The first byte.</param>
    /// <param name="lengthBytes">How many, 1 or more.</param>
    /// <param name="what">What has bytes there, for the message.</param>
    /// <returns>EIO naming Windows when no single window holds the bytes, else DmaMask.</returns>
    public Refusal Beyond(string device, ulong address, ulong lengthBytes, string what)
    {
        var last = unchecked(address + (lengthBytes - 1));
        if (Windows.ToBus(address) is not { } bus)
        {
            return new(
                Errno.EIO, device, nameof(Device.Windows), address, HighestCpuAddress,
                $"{device} {this}; {what} has {lengthBytes} bytes at 0x{address:x}, which lie in no window.");
        }

        return !Windows.IsEmpty && Windows.ToBus(last) != unchecked(bus + (lengthBytes - 1))
            ? new(
                Errno.EIO, device, nameof(Device.Windows), last, HighestCpuAddress,
                $"{device} {this}; {what} has {lengthBytes} bytes at 0x{address:x}, which leave the window that they begin in.")
            : new(
                Errno.EIO, device, nameof(Device.DmaMask), unchecked(bus + (lengthBytes - 1)), HighestAddress,
                Windows.IsEmpty
                    ? $"{device} {this}; {what} has {lengthBytes} bytes at 0x{address:x}."
                    : $"{device} {this}; {what} has {lengthBytes} bytes at 0x{address:x}, bus 0x{bus:x}.");
    }

    /// <summary>EIO for a segment of bus addresses that do not all lead to memory; else null.</summary>
    /// <param name="device">The device's name, for the message.</param>
    /// <param name="segment">The segment's index in its list, from 0.</param>
    /// <param name="busAddress">The segment's first bus address.</param>
    /// <param name="lengthBytes">Its bytes, 1 or more.</param>
    /// <returns>EIO naming DmaMask above the highest address, or Windows when the segment does not lie in one window; else null.</returns>
    public Refusal? CheckSegment(string device, int segment, ulong busAddress, ulong lengthBytes)
    {
        var last = unchecked(busAddress + (lengthBytes - 1));
        if (last < busAddress || last > HighestAddress)
        {
            return new(
                Errno.EIO, device, nameof(Device.DmaMask), last, HighestAddress,
                $"{device} reaches addresses up to 0x{HighestAddress:x}; segment {segment} ends at 0x{last:x}.");
        }

        return Windows.IsEmpty || Windows.Joined().Any(window => busAddress >= window.BusStart && last <= window.BusLast)
            ? null
            : new(
                Errno.EIO, device, nameof(Device.Windows), busAddress, HighestAddress,
                $"{device} {this}; segment {segment} of {lengthBytes} bytes at bus address 0x{busAddress:x} lies in none of them.");
    }

    private bool HoldsJoined(ulong address, ulong last)
    {
        foreach (var window in Windows.Joined())
        {
            if (window.Holds(address))
            {
                return window.Holds(last) && window.ToBus(last) <= HighestAddress;
            }
        }

        return false;
    }

    private ulong LastWithin(DmaWindow window) =>
        window.BusLast <= HighestAddress ? window.CpuLast : window.CpuStart + (HighestAddress - window.BusStart);
}
