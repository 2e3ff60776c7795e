using System.Diagnostics;
using DmaGrains.Analysis.Advising;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Tests;

/// <summary>Every device tree of Debian's kernels, where they were fetched (<c>tests/device-trees</c>).</summary>
public class EveryTreeTests(ITestOutputHelper output)
{
    private const string FolderVariable = "DEVICE_TREES";
    private const ulong FrameBytes = 1920 * 1080 * 4;

    [Theory]
    [InlineData("arm64-6.1", TreeArchitecture.Arm64)]
    [InlineData("armhf-6.1", TreeArchitecture.Arm)]
    [InlineData("arm64-6.12", TreeArchitecture.Arm64)]
    public void Every_tree_gives_a_board_that_loads_and_that_is_advised_on(string set, TreeArchitecture architecture)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipUnless(
            folder is not null && Directory.Exists(Path.Combine(folder, set)),
            $"{FolderVariable} names no folder with {set}. To fill one: tests/device-trees fetch FOLDER (200 MB from Debian's mirror).");
        var options = new TreeOptions { Architecture = architecture };
        var (problems, count, captured, advised) = (new List<string>(), 0, TimeSpan.Zero, TimeSpan.Zero);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder!, set), "*.dtb", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            count++;
            try
            {
                var begin = Stopwatch.GetTimestamp();
                var bytes = File.ReadAllBytes(path);
                var report = Capture.OfTree(path, bytes, options, new(2UL << 30, null), out _);
                var board = BoardFile.Parse(report.Text ?? string.Empty, path);
                captured += Stopwatch.GetElapsedTime(begin);
                begin = Stopwatch.GetTimestamp();
                var devices = board.Devices.OrderBy(device => device.RequiresContiguous).Select(device => device.Name).ToList();
                Assert.NotEmpty(Advisor.Advise(new(board, [.. devices.Take(1).Append(devices[^1]).Distinct()], FrameBytes)).Candidates);
                advised += Stopwatch.GetElapsedTime(begin);
            }
            catch (Exception problem) when (problem is DeviceTreeException or FileFormatException or InvalidOperationException or ArgumentException)
            {
                problems.Add($"{path}: {problem.Message}");
            }
        }

        output.WriteLine($"{set}: {count} trees, to boards {captured.TotalSeconds:f1} s, advice {advised.TotalSeconds:f1} s");
        problems.ForEach(output.WriteLine);
        Assert.Empty(problems);
    }
}
