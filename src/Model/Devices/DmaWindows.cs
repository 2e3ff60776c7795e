using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>How a bus sees memory: its windows, in the order stated. Compared by content. The default is empty: the bus sees the CPU's addresses.</summary>
/// <remarks>Source: <c>dma-ranges</c> of a device tree; drivers/of/address.c, of_dma_get_range; include/linux/dma-direct.h.</remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.windows")]
public readonly struct DmaWindows : IEquatable<DmaWindows>
{
    /// <summary>The most windows of a device.</summary>
    public const int Max = 256;

    private const string Field = nameof(Device.Windows);

    [Id(0)]
    private readonly ImmutableArray<DmaWindow> _windows;

    /// <summary>Creates the list of windows.</summary>
    public DmaWindows(params IEnumerable<DmaWindow> windows) => _windows = [.. windows];

    /// <summary>The windows.</summary>
    public ImmutableArray<DmaWindow> All => _windows.IsDefault ? [] : _windows;

    /// <summary>Whether there are no windows.</summary>
    public bool IsEmpty => _windows.IsDefaultOrEmpty;

    /// <summary>The highest bus address that leads to memory; 2^64-1 without windows.</summary>
    /// <remarks>Source: drivers/of/device.c, of_dma_configure_id, which sets bus_dma_limit.</remarks>
    public ulong HighestBusAddress => IsEmpty ? ulong.MaxValue : _windows.Max(window => window.BusLast);

    /// <summary>These windows, or none when they amount to a mere limit: untranslated memory from address 0.</summary>
    public DmaWindows BeyondALimit() => !IsEmpty && Joined() is [{ CpuStart: 0, BusStart: 0 }] ? default : this;

    /// <summary>Whether both have the same windows in the same order.</summary>
    public static bool operator ==(DmaWindows left, DmaWindows right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(DmaWindows left, DmaWindows right) => !left.Equals(right);

    /// <summary>The bus address of a CPU address; null outside all windows.</summary>
    /// <remarks>Source: include/linux/dma-direct.h, translate_phys_to_dma.</remarks>
    public ulong? ToBus(ulong cpuAddress)
    {
        if (IsEmpty)
        {
            return cpuAddress;
        }

        foreach (var window in _windows)
        {
            if (window.Holds(cpuAddress))
            {
                return window.ToBus(cpuAddress);
            }
        }

        return null;
    }

    /// <summary>The CPU address to which a bus address leads; null when it leads nowhere.</summary>
    /// <remarks>Source: include/linux/dma-direct.h, translate_dma_to_phys.</remarks>
    public ulong? ToCpu(ulong busAddress)
    {
        if (IsEmpty)
        {
            return busAddress;
        }

        foreach (var window in _windows)
        {
            if (busAddress >= window.BusStart && busAddress <= window.BusLast)
            {
                return busAddress - window.BusStart + window.CpuStart;
            }
        }

        return null;
    }

    /// <summary>The windows in address order; those that are adjacent in both address spaces are merged.</summary>
    public ImmutableArray<DmaWindow> Joined()
    {
        if (All.Length < 2)
        {
            return All;
        }

        var joined = ImmutableArray.CreateBuilder<DmaWindow>(_windows.Length);
        foreach (var window in _windows.OrderBy(window => window.CpuStart))
        {
            if (joined.Count != 0 && joined[^1] is var last && Follows(window, last))
            {
                joined[^1] = last with { SizeBytes = last.SizeBytes + window.SizeBytes };
            }
            else
            {
                joined.Add(window);
            }
        }

        return joined.ToImmutable();
    }

    /// <summary>Whether boundaries lie at the same bytes for CPU and bus, so that a list cut for one is cut for the other.</summary>
    /// <param name="segmentBoundaryMask">2^k-1.</param>
    public bool KeepsBoundaries(ulong segmentBoundaryMask)
    {
        foreach (var window in All)
        {
            // Without boundaries, nothing can move.
            if (segmentBoundaryMask != ulong.MaxValue && (unchecked(window.BusStart - window.CpuStart) & segmentBoundaryMask) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Null when the windows are valid.</summary>
    /// <param name="device">The device's name, for the message.</param>
    /// <returns>EINVAL naming Windows for an empty window, one beyond 64 bits, or overlapping ones; ENOSPC for too many.</returns>
    public Refusal? Check(string device)
    {
        if (All.Length > Max)
        {
            return new(
                Errno.ENOSPC, device, Field, (ulong)All.Length, Max, $"{device} has {All.Length} windows: expected at most {Max}.");
        }

        for (var index = 0; index < All.Length; index++)
        {
            var window = All[index];
            if (window.SizeBytes == 0)
            {
                return Bad(device, $"window {index} at 0x{window.CpuStart:x} of {device} has no bytes: expected 1 or more.");
            }

            if (window.CpuLast < window.CpuStart || window.BusLast < window.BusStart)
            {
                return Bad(
                    device,
                    $"window {index} of {device}, CPU 0x{window.CpuStart:x}, bus 0x{window.BusStart:x}, {window.SizeBytes} bytes, runs past the end of 64 bits.");
            }
        }

        return Overlap(device, "CPU", static window => new(window.CpuStart, window.CpuLast))
            ?? Overlap(device, "bus", static window => new(window.BusStart, window.BusLast));
    }

    /// <inheritdoc/>
    public bool Equals(DmaWindows other) => All.AsSpan().SequenceEqual(other.All.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DmaWindows other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Aggregate(0, (hash, window) => HashCode.Combine(hash, window));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", All);

    private static bool Follows(DmaWindow window, DmaWindow last) =>
        unchecked(last.CpuLast + 1) == window.CpuStart && unchecked(last.BusLast + 1) == window.BusStart;

    private static Refusal Bad(string device, string reason) =>
        new(Errno.EINVAL, device, Field, null, null, char.ToUpperInvariant(reason[0]) + reason[1..]);

    private sealed record AddressRange(ulong First, ulong Last);

    private Refusal? Overlap(string device, string space, Func<DmaWindow, AddressRange> rangeOf)
    {
        if (All.Length < 2)
        {
            return null;
        }

        // A list of records: code that sorts pairs would be compiled at each start.
        var byAddress = new List<AddressRange>(All.Length);
        foreach (var window in All)
        {
            byAddress.Add(rangeOf(window));
        }

        byAddress.Sort(static (left, right) => left.First.CompareTo(right.First));
        for (var index = 1; index < byAddress.Count; index++)
        {
            if (byAddress[index].First <= byAddress[index - 1].Last)
            {
                return Bad(
                    device, $"two windows of {device} hold {space} address 0x{byAddress[index].First:x}: expected each address in one.");
            }
        }

        return null;
    }
}
