namespace DmaGrains.Experiments.Tests.Theory;

public class QueuesTests
{
    /// <summary>From tables of Erlang's loss formula.</summary>
    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(2, 2, 0.4)]
    [InlineData(4.461, 10, 0.01)]
    [InlineData(84.1, 100, 0.01)]
    public void The_loss_is_that_of_the_tables(double load, int places, double loss) => Assert.Equal(loss, Queues.Loss(load, places), 2e-4);

    [Fact]
    public void Of_two_machines_and_one_repairer_each_state_is_as_likely_as_reckoned_by_hand() =>
        Assert.Equal([0.4, 0.4, 0.2], Queues.Broken(2, 0.5, 1).Select(share => Math.Round(share, 12)));
}
