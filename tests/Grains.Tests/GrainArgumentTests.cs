using System.Reflection;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Tests;

/// <summary>Whatever is wrong with an argument of whatever grain: it is refused, by its name, in a few harmless words.</summary>
public sealed class GrainArgumentTests(SiloFixture silo)
{
    private const int Long = 1 << 17;

    public static TheoryData<string> Methods => [.. GrainCalls.Methods.Select(GrainCalls.NameOf)];

    public static TheoryData<string, string> TextsInMethods
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var method in GrainCalls.Methods.Where(method => GrainCalls.WithText(method, "b", "x").Any()))
            {
                data.Add(GrainCalls.NameOf(method), "a\u202eb\u001b[31m\u200d\r\n\ud83d");
                data.Add(GrainCalls.NameOf(method), "long");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Null_argument_or_null_in_one_is_refused_by_name(string name)
    {
        var (method, grain, board) = await CallableAsync(name);
        foreach (var (path, arguments) in GrainCalls.WithNulls(method, board))
        {
            var refusal = await GrainCalls.RefusalOfAsync(method, grain, arguments);

            Assert.True(refusal is { Errno: Errno.EINVAL, Field.Length: > 0 }, $"{path} is null: {refusal?.ToString() ?? "granted"}");
        }
    }

    [Theory]
    [MemberData(nameof(TextsInMethods))]
    public async Task Text_that_is_too_long_or_does_harm_is_refused_in_a_few_harmless_words_and_is_not_stored(string name, string text)
    {
        text = text == "long" ? new string('x', Long) : text;
        var (method, grain, board) = await CallableAsync(name);
        IAddressable[] grains = [.. GrainCalls.Methods.Select(other => GrainCalls.GrainOf(other, silo.Grains, board)).Distinct()];
        foreach (var (path, arguments) in GrainCalls.WithText(method, board, text))
        {
            var refusal = await GrainCalls.RefusalOfAsync(method, grain, arguments);

            Assert.True(refusal is not null, $"{path} is granted");
            Assert.InRange(refusal.Reason.Length, 1, 1000);
            Assert.All($"{refusal.Importer}{refusal.Reason}".EnumerateRunes(), rune => Assert.True(HarmlessText.Shows(rune), $"{path}: {refusal}"));
            Assert.All(grains, each => Assert.InRange(silo.Storage.TakeLargestWrite(each), 0, Long / 8));
        }
    }

    [Fact]
    public async Task Batch_with_a_null_command_is_refused_by_its_place()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());

        var refusal = Assert.Single(await buffer.ExecuteAsync([new DmaCommand.Attach("a", "gpu"), null!], goOn: true)).Refusal!;

        Assert.Equal((Errno.EINVAL, "Command"), (refusal.Errno, refusal.Field));
        Assert.Contains("Command 2 ", refusal.Reason, StringComparison.Ordinal);
    }

    private async Task<(MethodInfo Method, IAddressable Grain, string Board)> CallableAsync(string name)
    {
        var method = GrainCalls.Methods.Single(candidate => GrainCalls.NameOf(candidate) == name);
        var board = await silo.NewBoardAsync();
        await silo.NewBufferAsync(board);
        return (method, GrainCalls.GrainOf(method, silo.Grains, board), board);
    }
}
