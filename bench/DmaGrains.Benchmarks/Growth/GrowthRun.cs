using System.Globalization;

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
            case ["attach"]:
                await AttachGrowth.RunAsync();
                return 0;
            case ["allocate"]:
                await AllocationGrowth.RunAsync();
                return 0;
            case ["writes"]:
                await CommandWrites.RunAsync();
                return 0;
            case ["register", var buffers, var boards]:
                await Registration.RunAsync(
                    int.Parse(buffers, CultureInfo.InvariantCulture), int.Parse(boards, CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync("growth: expected attach, allocate, writes, or register BUFFERS BOARDS.");
                return ExitUsage;
        }
    }
}
