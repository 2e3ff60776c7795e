using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Tests.Files;
using DmaGrains.Experiments.Tests.Playing;

namespace DmaGrains.Experiments.Tests.Results;

public class ExperimentMeasuresTests
{
    [Fact]
    public void Measures_have_different_names() => Assert.Distinct(
        ExperimentMeasures.All.Concat(ExperimentMeasures.OfGrains).Select(measure => measure.Name)
            .Concat(ExperimentMeasures.OfStreams.Concat(ExperimentMeasures.OfRegions).Select(measure => $"{measure.Name}:it")));

    [Fact]
    public void A_measure_is_found_by_its_name() =>
        Assert.All(ExperimentMeasures.All.Concat(ExperimentMeasures.OfGrains), measure => Assert.Same(measure, ExperimentMeasures.Find(measure.Name)));

    [Fact]
    public void A_measure_of_a_region_is_found_by_its_name_and_the_regions()
    {
        var found = ExperimentMeasures.Find("used-max:cma");

        Assert.NotNull(found);
        Assert.Equal("used-max:cma", found.Name);
        Assert.EndsWith("of region cma", found.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_measure_of_a_stream_is_found_by_its_name_and_the_streams()
    {
        var found = ExperimentMeasures.Find("buffers-refused:camera");

        Assert.Equal("buffers-refused:camera", found?.Name);
        Assert.EndsWith("of stream camera", found?.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_repetition_on_grains_has_the_measures_of_grains() => Assert.Equal(
        ExperimentMeasures.AlsoOfGrains.Concat(ExperimentMeasures.OfGrains.Select(measure => measure.Name)).Order(StringComparer.Ordinal),
        new DriveResults(0, 0, [new()], default).Measures().Keys);

    [Fact]
    public void Every_repetition_in_virtual_time_has_the_measures_that_its_case_may_be_asked_for()
    {
        var experiment = SmallExperiment.Read(EveryKey.Experiment) with { Repetitions = 1 };
        var results = new CollectedResults();
        new ExperimentRun(experiment, results, new()).Play(TestContext.Current.CancellationToken);

        var names = ExperimentMeasures.NamesOf(experiment).Order(StringComparer.Ordinal);
        Assert.All(results.Repetitions, repetition => Assert.Equal(names, repetition.Measures.Keys));
    }

    [Theory]
    [InlineData("refusals")]
    [InlineData("")]
    [InlineData("used-max")]
    [InlineData("buffers:cma")]
    [InlineData("maps-refused:camera")]
    public void Other_names_are_no_measures(string name) => Assert.Null(ExperimentMeasures.Find(name));
}
