using System.Text.Json;
using CsCheck;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>A bus that sees memory as the CPU does is no bus worth telling of.</summary>
public sealed class IdentityWindowTests
{
    private const ulong Most = ulong.MaxValue - 1;

    [Fact]
    public async Task A_board_whose_buses_see_all_memory_answers_as_one_without_windows() =>
        await RandomScenarios.Any.SampleAsync(async scenario =>
        {
            var plain = await PlayAsync(scenario, device => device with { Windows = default, DmaMask = Math.Min(device.DmaMask, Most) });
            var windowed = await PlayAsync(scenario, device => device with
            {
                Windows = new(new DmaWindow(1UL << 40, 1UL << 40, ulong.MaxValue - (1UL << 40)), new(0, 0, 1UL << 40)),
                DmaMask = Math.Min(device.DmaMask, Most),
            });

            Assert.Equal(JsonSerializer.Serialize(plain), JsonSerializer.Serialize(windowed));
        }, iter: 100);

    private static Task<RunReport> PlayAsync(Scenario scenario, Func<Device, Device> change)
    {
        var board = scenario.Board with { Devices = [.. scenario.Board.Devices.Select(change)] };
        return ScenarioRunner.PlayAsync(scenario with { Board = board }, ModelEngine.Create(board).Value, CancellationToken.None);
    }
}
