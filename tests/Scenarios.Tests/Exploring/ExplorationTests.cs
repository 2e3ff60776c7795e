using CsCheck;
using DmaGrains.Scenarios.Exploring;

namespace DmaGrains.Scenarios.Tests.Exploring;

public sealed class ExplorationTests
{
    [Fact]
    public async Task Outcomes_and_counts_are_those_of_playing_every_order_with_and_without_reduction() =>
        await RandomScenarios.Any.SampleAsync(
            async scenario =>
            {
                var expected = await EveryOrder.PlayAsync(scenario);

                var reduced = Exploration.Play(scenario, new()).Report;
                var full = Exploration.Play(scenario, new() { Reduces = false }).Report;

                Assert.Equal(expected, EveryOrder.Of(reduced));
                Assert.Equal(expected, EveryOrder.Of(full));
                Assert.Equal(full.FinalStates, reduced.FinalStates);
                Assert.True(reduced.States <= full.States);
            },
            iter: 100);
}
