namespace DmaGrains.Model.Tests;

public sealed class ModelNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("Gpu-0.1_b#2")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123")]
    public void A_name_of_letters_digits_and_marks_is_accepted(string name)
    {
        Assert.True(ModelName.IsValid(name));
        Assert.Null(ModelName.Check(name, "Device"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("#")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("aé")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void Check_refuses_with_EINVAL_when_it_is_no_name(string? name)
    {
        var refusal = ModelName.Check(name, "Device");

        Assert.False(ModelName.IsValid(name));
        Assert.Equal((Errno.EINVAL, "Device"), (refusal!.Errno, refusal.Field));
    }
}
