using CsCheck;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class CommandIdTests
{
    [Fact]
    public void Parse_reads_what_ToString_writes() =>
        Gen.Select(Gen.Int[1, ModelName.LengthMax].Select(length => new string('x', length)), Gen.Long[1, long.MaxValue]).Sample((caller, number) =>
            Assert.Equal(new(caller, number), CommandId.Parse(new CommandId(caller, number).ToString()).Value));

    [Theory]
    [InlineData("")]
    [InlineData("cam0")]
    [InlineData("cam0/")]
    [InlineData("cam0/0")]
    [InlineData("cam0/-1")]
    [InlineData("cam0/1x")]
    [InlineData("cam0/9223372036854775808")]
    [InlineData("/1")]
    [InlineData("cam 0/1")]
    public void Parse_refuses_with_EINVAL_what_is_no_id(string text)
    {
        var refused = CommandId.Parse(text).Refusal!;

        Assert.Equal((Errno.EINVAL, nameof(DmaCommand.Id)), (refused.Errno, refused.Field));
    }

    [Fact]
    public void Parse_shows_no_more_of_a_long_text_than_a_line() =>
        Assert.InRange(CommandId.Parse(new string('x', 1 << 20)).Refusal!.Reason.Length, 80, 200);
}
