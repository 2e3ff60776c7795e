using System.Globalization;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>What does a grain cost when what it keeps grows?</summary>
internal static class GrowthRun
{
    public const string Name = "growth";

    private const int ExitUsage = 64;

    public static async Task<int> MainAsync(string[] args)
    {
        switch (args)
        {
            case ["attach", .. var where]:
                await using (var storage = await StorageAsync(where))
                {
                    await AttachGrowth.RunAsync(storage);
                }

                return 0;
            case ["allocate", .. var where]:
                await using (var storage = await StorageAsync(where))
                {
                    await AllocationGrowth.RunAsync(storage);
                }

                return 0;
            case ["activate", .. var where]:
                await using (var storage = await StorageAsync(where))
                {
                    await Activation.RunAsync(storage);
                }

                return 0;
            case ["start", var file, var buffers]:
                await Start.RunAsync(file, int.Parse(buffers, CultureInfo.InvariantCulture));
                return 0;
            case ["writes"]:
                await CommandWrites.RunAsync();
                return 0;
            case ["register", var buffers, var boards]:
                await Registration.RunAsync(
                    int.Parse(buffers, CultureInfo.InvariantCulture), int.Parse(boards, CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync("growth: expected attach, allocate or activate [sqlite FILE | postgresql CONNECTION], start FILE BUFFERS, writes, or register BUFFERS BOARDS.");
                return ExitUsage;
        }
    }

    private static async Task<StorageProvider> StorageAsync(string[] where) => where switch
    {
        ["sqlite", var file] => StorageProvider.OpenSqlite(file),
        ["postgresql", var connection] => await StorageProvider.OpenPostgreSqlAsync(connection, CancellationToken.None),
        _ => StorageProvider.Memory,
    };
}
