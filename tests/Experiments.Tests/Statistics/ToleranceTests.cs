using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class ToleranceTests
{
    [Fact]
    public void One_percent_of_a_measure_in_percent_is_a_percentage_point() =>
        Assert.Equal(Tolerance.Of(1), Tolerance.For(ExperimentMeasures.Find("buffers-refused")!, 0.01));

    [Fact]
    public void One_percent_of_another_measure_is_a_share_of_its_mean() =>
        Assert.Equal(Tolerance.Share(0.01), Tolerance.For(ExperimentMeasures.Find("time-to-first-map")!, 0.01));
}
