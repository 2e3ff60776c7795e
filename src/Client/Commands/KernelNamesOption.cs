using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary><c>--device KERNEL=BOARD</c>: names of the kernel and of a board for the same device.</summary>
internal static class KernelNamesOption
{
    /// <summary>The option.</summary>
    public static Option<string[]> Create() => new("--device")
    {
        Description = "The board's name for a device that has another name in the kernel. May be given several times.",
        HelpName = "KERNEL=BOARD",
    };

    /// <summary>The board's names by the kernel's.</summary>
    /// <param name="board">The board; null when none was given.</param>
    /// <param name="renames">What the command line says.</param>
    /// <exception cref="UsageException">There is no board, or it has no such device.</exception>
    public static ImmutableDictionary<string, string> Read(BoardDefinition? board, string[] renames)
    {
        if (board is null)
        {
            return renames.Length == 0
                ? ImmutableDictionary<string, string>.Empty
                : throw new UsageException("--device is given without --board: expected both.");
        }

        var renamed = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var rename in renames)
        {
            var at = rename.LastIndexOf('=');
            var device = board.Devices.FirstOrDefault(device => device.Name == rename[(at + 1)..]);
            if (at <= 0 || device is null)
            {
                throw new UsageException(
                    $"--device {Quoted.Text(rename)}: expected KERNEL=BOARD, the latter {Quoted.AnyOf([.. board.Devices.Select(known => known.Name)])}.");
            }

            renamed[rename[..at]] = device.Name;
        }

        return renamed.ToImmutable();
    }

    /// <summary>Refuses a KERNEL name that the text does not have: a misspelt name must not look like success.</summary>
    /// <param name="renames">What the command line says.</param>
    /// <param name="devices">The devices of the text.</param>
    /// <param name="where">What a device is that the text has, such as <c>attached to any buffer</c>.</param>
    /// <exception cref="UsageException">It does not have one of them.</exception>
    public static void Check(string[] renames, IReadOnlyCollection<string> devices, string where)
    {
        foreach (var rename in renames)
        {
            var kernel = rename[..rename.LastIndexOf('=')];
            if (!devices.Contains(kernel))
            {
                throw new UsageException(
                    $"--device {Quoted.Text(rename)}: no device {Quoted.Text(kernel)} is {where}: expected "
                    + $"{Quoted.AnyOf([.. devices.Order(StringComparer.Ordinal).Select(Quoted.Text)])}.");
            }
        }
    }
}
