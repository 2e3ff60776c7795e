using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class CasePairsTests
{
    [Fact]
    public void Policies_are_compared_where_all_else_is_equal() => Assert.Equal(
        [(0, 2), (1, 3)],
        CasePairs.Of(Matrix(["policy", "cma"], ["refuse 64MiB", "refuse 256MiB", "migrate 64MiB", "migrate 256MiB"])).AsEnumerable());

    [Fact]
    public void Each_policy_is_compared_with_each_other() => Assert.Equal(
        [(0, 1), (0, 2), (1, 2)], CasePairs.Of(Matrix(["policy"], ["refuse", "migrate", "resplit"])).AsEnumerable());

    [Fact]
    public void Without_policies_cases_are_compared_that_differ_in_one_value() => Assert.Equal(
        [(0, 1), (0, 2), (1, 3), (2, 3)],
        CasePairs.Of(Matrix(["cma", "pool"], ["64MiB 2", "64MiB 4", "256MiB 2", "256MiB 4"])).AsEnumerable());

    [Fact]
    public void One_policy_does_not_keep_other_values_from_being_compared() => Assert.Equal(
        [(0, 1)], CasePairs.Of(Matrix(["policy", "cma"], ["refuse 64MiB", "refuse 256MiB"])).AsEnumerable());

    [Fact]
    public void One_case_is_compared_with_nothing() => Assert.Empty(CasePairs.Of([new Case(0, [])]));

    private static List<Case> Matrix(string[] keys, string[] cases) =>
        [.. cases.Select((values, index) => new Case(index, [.. keys.Zip(values.Split(' '), (key, value) => new CaseValue(key, value))]))];
}
