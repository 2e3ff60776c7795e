using System.Diagnostics;
using System.Reflection;

namespace DmaGrains.Model.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void Holds_throws_the_conditions_text_when_it_is_false()
    {
        var pages = 3;

        var thrown = Assert.Throws<InvalidOperationException>(() => Invariant.Holds(pages == 4));

        Assert.Contains("pages == 4", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Holds_does_nothing_when_the_condition_is_true() =>
        Assert.Null(Record.Exception(() => Invariant.Holds(true)));

    [Fact]
    public void Holds_is_compiled_into_every_configuration()
    {
        var holds = typeof(Invariant).GetMethod(nameof(Invariant.Holds))!;

        // A conditional method would be dropped from Release builds of its callers.
        Assert.Empty(holds.GetCustomAttributes<ConditionalAttribute>());
    }
}
