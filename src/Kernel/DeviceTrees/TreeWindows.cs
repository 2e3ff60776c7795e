using System.Collections.Immutable;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>What came of looking for the windows of a device.</summary>
internal enum WindowsResult
{
    /// <summary>No windows apply: bus and CPU addresses are equal, and only the mask limits.</summary>
    None,

    /// <summary>Windows apply.</summary>
    Map,

    /// <summary>There are windows, and none translates: the same as none.</summary>
    Invalid,

    /// <summary>The first window has no bytes: no address translates.</summary>
    MapEmpty,

    /// <summary>Linux 6.1 gives the device up.</summary>
    Refused,
}

/// <summary>A window of a bus; without a CPU address when it leads nowhere.</summary>
/// <param name="Cpu">The CPU address of its first byte; null when no bus above holds it.</param>
/// <param name="Bus">The bus address of the same byte.</param>
/// <param name="SizeBytes">Bytes.</param>
internal sealed record TreeWindow(ulong? Cpu, ulong Bus, ulong SizeBytes)
{
    /// <summary>The CPU address less the bus address.</summary>
    public long Offset => unchecked((long)(Cpu.GetValueOrDefault() - Bus));
}

/// <summary>The windows through which devices see memory, as the kernel reads <c>dma-ranges</c>.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="From">The bus that states them; null when none does.</param>
internal sealed record TreeWindows(WindowsResult Result, TreeNode? From)
{
    /// <summary>No windows.</summary>
    public static TreeWindows None { get; } = new(WindowsResult.None, (TreeNode?)null);

    /// <summary>Entries of the property.</summary>
    public int Entries { get; init; }

    /// <summary>Windows, after entries that follow each other were joined, those that lead nowhere included.</summary>
    public int Count { get; init; }

    /// <summary>Those that translate, in the order of the tree, up to the first of no bytes.</summary>
    public ImmutableArray<TreeWindow> Windows { get; init; } = [];

    /// <summary>Those that lead nowhere.</summary>
    public ImmutableArray<TreeWindow> Untranslatable { get; init; } = [];

    /// <summary>Whether a window of no bytes ends the list.</summary>
    public bool IsCut { get; init; }

    /// <summary>The highest bus address of a window, the bus_dma_limit of Linux 6.12.</summary>
    public ulong Limit { get; init; }

    /// <summary>The bus_dma_limit of Linux 6.1; null when it gives the device up.</summary>
    public ulong? Limit61 { get; init; }

    /// <summary>What windows span, when that is odd: Linux 6.1 takes it for a mask; else null.</summary>
    public ulong? OddSizeBytes { get; init; }

    /// <summary>Whether bus and CPU addresses are equal in all windows.</summary>
    public bool IsIdentity => Windows.All(window => window.Offset == 0);

    /// <summary>Whether there are windows that hold for its devices.</summary>
    public bool Applies => Result is WindowsResult.Map or WindowsResult.MapEmpty or WindowsResult.Refused;

    /// <summary>The windows of a bus that states some.</summary>
    /// <remarks>Source: of_dma_get_range (drivers/of/address.c), of_dma_configure_id (drivers/of/device.c).</remarks>
    public static TreeWindows Of(TreeNode bus, int entries, IReadOnlyList<TreeWindow> joined)
    {
        ImmutableArray<TreeWindow> windows = [.. joined.Where(window => window.Cpu is not null)];
        var found = new TreeWindows(WindowsResult.Invalid, bus)
        {
            Entries = entries,
            Count = joined.Count,
            Untranslatable = [.. joined.Where(window => window.Cpu is null)],
        };
        if (windows.IsEmpty)
        {
            return found;
        }

        ImmutableArray<TreeWindow> used = [.. windows.TakeWhile(window => window.SizeBytes != 0)];
        var (first, end, last) = (ulong.MaxValue, 0UL, 0UL);
        foreach (var window in used)
        {
            first = Math.Min(first, window.Bus);
            end = Math.Max(end, unchecked(window.Bus + window.SizeBytes));
            last = Math.Max(last, unchecked(window.Bus + window.SizeBytes - 1));
        }

        var span = unchecked(end - first);
        var isOdd = (span & 1) != 0;
        var even = isOdd ? unchecked(span + 1) : span;
        return found with
        {
            Result = even == 0 ? WindowsResult.Refused : used.IsEmpty ? WindowsResult.MapEmpty : WindowsResult.Map,
            Windows = used,
            IsCut = used.Length < windows.Length,
            Limit = last,
            Limit61 = even == 0 ? null : unchecked(first + even - 1),
            OddSizeBytes = isOdd ? span : null,
        };
    }
}
