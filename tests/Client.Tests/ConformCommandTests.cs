namespace DmaGrains.Client.Tests;

public class ConformCommandTests
{
    private const string Record =
        """{"id":"r1","dma_parms":null,"length":4096,"dma_address":0,"dma_length":4096,"expect":{"longer_than_max":false,"crosses_boundary":false}}""";

    [Fact]
    public async Task Conform_counts_what_passed()
    {
        using var file = new TemporaryFile($"{Record}\n", ".jsonl");

        var answer = await Answer.OfAsync("conform", file.Path);

        Assert.Equal($"{Path.GetFileNameWithoutExtension(file.Path)}: 1 passed, 0 failed; reference: Linux 6.1.192\n", answer.Good().Output);
    }

    [Fact]
    public async Task Conform_exits_with_1_when_a_record_is_altered()
    {
        var altered = Record.Replace("\"longer_than_max\":false", "\"longer_than_max\":true", StringComparison.Ordinal);
        using var file = new TemporaryFile($"{Record}\n{altered.Replace("r1", "r2", StringComparison.Ordinal)}\n", ".jsonl");

        var text = (await Answer.OfAsync("conform", file.Path)).Refused("1 passed, 1 failed").Output;
        var report = (await Answer.OfAsync("conform", file.Path, "--json")).Refused("r2").Json()[0];

        Assert.Contains("line 2 r2: expected ", text, StringComparison.Ordinal);
        Assert.Equal(1, report.GetProperty("passed").GetInt32());
        Assert.Equal(1, report.GetProperty("failed").GetInt32());
    }

    [Theory]
    [InlineData("", ":1: no record; expected ")]
    [InlineData("\u0001\u001b[31m\ufffd\n", ":1: malformed JSON")]
    [InlineData("{}\n", ":1: a record of no known kind; expected ")]
    [InlineData(Record + "\n{\"id\":1}\n", ":2: ")]
    [InlineData("[1]\n", ":1: ")]
    public async Task Conform_refuses_what_is_no_vector_file(string text, string saying)
    {
        using var file = new TemporaryFile(text, ".jsonl");

        var answer = await Answer.OfAsync("conform", file.Path);

        answer.Unusable(file.Path + saying);
        Assert.DoesNotContain('\u001b', answer.Error);
    }

    [Theory]
    [InlineData("/no/such/file.jsonl")]
    [InlineData("/")]
    public async Task Conform_refuses_a_file_that_cannot_be_read(string path) =>
        (await Answer.OfAsync("conform", path)).Unusable($"{path}: ");

    [Theory]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public async Task Conform_refuses_deep_nesting(int depth)
    {
        using var file = new TemporaryFile(new string('[', depth), ".jsonl");

        (await Answer.OfAsync("conform", file.Path)).Unusable($"{file.Path}:1: ");
    }
}
