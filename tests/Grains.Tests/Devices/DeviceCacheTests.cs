using DmaGrains.Grains.Devices;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Tests.Devices;

public sealed class DeviceFactsTests
{
    private static readonly Device _gpu = new("gpu", new DeviceDmaParameters(4096, 0, 0));

    [Fact]
    public void What_was_kept_is_found_on_its_board_until_it_is_forgotten()
    {
        var facts = new DeviceCache();
        facts.Keep("juno", _gpu, facts.Changes);

        Assert.Same(_gpu, facts.Find("juno", "gpu"));
        Assert.Null(facts.Find("a10", "gpu"));

        facts.Forget("juno", "gpu");

        Assert.Null(facts.Find("juno", "gpu"));
    }

    [Fact]
    public void An_answer_that_was_under_way_when_a_device_changed_is_not_kept()
    {
        var facts = new DeviceCache();
        var asked = facts.Changes;
        facts.Forget("juno", "gpu");

        facts.Keep("juno", _gpu, asked);

        Assert.Null(facts.Find("juno", "gpu"));
    }

    [Fact]
    public void No_more_are_kept_than_fit()
    {
        var facts = new DeviceCache();
        for (var number = 0; number <= DeviceCache.DevicesMax; number++)
        {
            facts.Keep("juno", _gpu with { Name = $"d{number}" }, facts.Changes);
        }

        Assert.Null(facts.Find("juno", "d0"));
        Assert.NotNull(facts.Find("juno", $"d{DeviceCache.DevicesMax}"));
    }
}
