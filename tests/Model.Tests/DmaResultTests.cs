namespace DmaGrains.Model.Tests;

public sealed class DmaResultTests
{
    private static readonly Refusal _refusal = Refusal.Of(Errno.EINVAL, "Field", "No.");

    [Fact]
    public void Default_result_throws_when_asked_for_anything_but_a_value()
    {
        DmaResult<string> undecided = default;

        Assert.False(undecided.IsGranted);
        Assert.False(undecided.TryGetValue(out _));
        Assert.Throws<InvalidOperationException>(() => undecided.Refusal);
        Assert.Throws<InvalidOperationException>(() => undecided.Value);
    }

    [Fact]
    public void Granted_result_has_its_value_and_no_refusal()
    {
        var granted = DmaResult.Grant("value");

        Assert.True(granted.IsGranted);
        Assert.True(granted.TryGetValue(out var value));
        Assert.Equal("value", value);
        Assert.Equal("value", granted.Value);
        Assert.Null(granted.Refusal);
    }

    [Fact]
    public void Granted_result_of_a_zero_is_granted()
    {
        var granted = DmaResult.Grant(0);

        Assert.True(granted.TryGetValue(out var value));
        Assert.Equal(0, value);
    }

    [Fact]
    public void Refused_result_has_its_refusal_and_no_value()
    {
        var refused = DmaResult.Refuse<int>(_refusal);

        Assert.False(refused.IsGranted);
        Assert.False(refused.TryGetValue(out _));
        Assert.Same(_refusal, refused.Refusal);
        Assert.Throws<InvalidOperationException>(() => refused.Value);
    }

    [Fact]
    public void Result_says_in_words_what_it_is()
    {
        Assert.Equal("granted: value", DmaResult.Grant("value").ToString());
        Assert.Equal("refused with EINVAL: No.", DmaResult.Refuse<string>(_refusal).ToString());
        Assert.Equal("refused with EINVAL: No.", DmaResult.Refuse<int>(_refusal).ToString());
        Assert.Equal("never decided", default(DmaResult<string>).ToString());
    }
}
