using System.Globalization;
using DmaGrains.Silo.Settings;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>How long fault runs are, and where their figures go; <c>tests/Silo.Tests/faults</c> sets it.</summary>
internal static class FaultRun
{
    /// <summary>The tests that load the machine most: one at a time, or they slow each other down.</summary>
    public const string Collection = "faults";

    /// <summary>Decides what is asked and what happens (<c>FAULT_RUN_SEED</c>).</summary>
    public static int Seed { get; } = Setting("FAULT_RUN_SEED", 1);

    /// <summary>The folder of an earlier build's silo and client (<c>UPGRADE_FROM</c>), which <c>tests/Silo.Tests/rolling-upgrade</c> sets; else null.</summary>
    public static string? Earlier { get; } = Environment.GetEnvironmentVariable("UPGRADE_FROM") is { Length: > 0 } folder ? folder : null;

    /// <summary>How often everything happens (<c>FAULT_RUN_ROUNDS</c>).</summary>
    public static int Rounds { get; } = Setting("FAULT_RUN_ROUNDS", 1);

    private const int AimedMore = 9;

    /// <summary>The storage to run on (<c>FAULT_RUN_STORAGE</c>); null for those that the test names.</summary>
    public static StorageKind? Storage { get; } =
        Enum.TryParse<StorageKind>(Environment.GetEnvironmentVariable("FAULT_RUN_STORAGE"), out var one) ? one : null;

    /// <summary>The faults of a round, in order: all of them where a storage is named, the aimed ones often; else a few, so that tests stay short.</summary>
    /// <param name="kinds">What can happen.</param>
    /// <param name="random">The order.</param>
    public static FaultKind[] Shuffled(FaultKind[] kinds, Random random)
    {
        if (Storage is null && kinds.Contains(FaultKind.PowerLost))
        {
            return [FaultKind.PowerLost, FaultKind.Interrupted, FaultKind.PowerLost];
        }

        FaultKind[] faults = Storage is null ? kinds
            : [.. kinds, .. Enumerable.Repeat(kinds.Where(kind => kind is FaultKind.Interrupted or FaultKind.PowerLost), AimedMore).SelectMany(kind => kind)];
        random.Shuffle(faults);
        return Storage is null ? faults[^4..] : faults;
    }

    /// <summary>Leaves a test to <c>tests/Silo.Tests/faults</c>: what it is about has shorter tests, too.</summary>
    public static void SkipUnlessLong() => Assert.SkipUnless(Storage is not null, "a long run: tests/Silo.Tests/faults plays it");

    /// <summary>Tells figures, and adds them to the file <c>FAULT_RUN_RESULTS</c>.</summary>
    public static async Task ReportAsync(string figures)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("FAULT_RUN_RESULTS") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, $"- {figures}\n");
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
