namespace DmaGrains.Client.Tests;

public class CheckCommandTests
{
    [Fact]
    public async Task All_problems_of_all_files_are_told_at_once()
    {
        using var board = new TemporaryFile("name: b\ntitle: B\nmemory: [{name: ram, kind: ram, start: 0, size: 1GiB}]\ndevices: [{nam: gpu}]\n");
        using var scenario = new TemporaryFile($"name: s\nshows: S\nboard: {board.Path}\nbuffers: [{{name: f}}]\nimporters: []\n");

        var answer = await Answer.OfAsync("check", board.Path, scenario.Path, "/no/such/file");

        Assert.Equal((1, string.Empty), (answer.Code, answer.Error));
        var lines = answer.Output.TrimEnd().Split('\n');
        Assert.StartsWith($"{board.Path}:3:28: kind is text 'ram'", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{board.Path}:4:12: ", lines[1], StringComparison.Ordinal);
        Assert.Equal($"{board.Path} (board b): 3 problems", lines[3]);
        Assert.Contains($"{scenario.Path}:4:11: an entry of buffers has no key 'size'; expected that key", lines);
        Assert.Contains($"{scenario.Path}:5:12: importers is an empty list; expected a list with at least one entry", lines);
        Assert.Equal("/no/such/file: 1 problem", lines[^1]);
    }

    [Fact]
    public async Task Json_has_each_file_with_its_problems()
    {
        using var file = new TemporaryFile("title: x\n");

        var report = Assert.Single((await Answer.OfAsync("check", file.Path, "--json")).Json().EnumerateArray());

        Assert.Equal(("board", file.Path), (report.GetProperty("kind").GetString(), report.GetProperty("file").GetString()));
        Assert.Equal(1, report.GetProperty("problems")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Standard_input_stands_for_a_file_wherever_one_is_read()
    {
        var scenario = (await Answer.OfAsync("show", "gpu-maps-first")).Good().Output;
        var board = (await Answer.OfAsync("show", "board", "raspberry-pi-4")).Good().Output;

        Assert.Equal("standard input (scenario gpu-maps-first): ok\n", (await FedAsync(scenario, "check", "-")).Good().Output);
        Assert.Equal(
            (await Answer.OfAsync("run", "gpu-maps-first", "--engine", "model")).Output, (await FedAsync(scenario, "run", "-", "--engine", "model")).Output);
        Assert.Equal((await Answer.OfAsync("compare", "gpu-maps-first")).Output, (await FedAsync(scenario, "compare", "-")).Output);
        Assert.Equal((await Answer.OfAsync("explore", "gpu-maps-first")).Output, (await FedAsync(scenario, "explore", "-")).Output);
        string[] wish = ["--devices", "v3d,vc4", "--size", "1920x1080x4"];
        Assert.Equal((await Answer.OfAsync(["advise", "raspberry-pi-4", .. wish])).Output, (await FedAsync(board, ["advise", "-", .. wish])).Output);
    }

    private static async Task<Answer> FedAsync(string input, params string[] args)
    {
        using var program = ProgramProcess.Start("dmagrains", args);
        await program.FeedAsync(input);
        return await program.AnswerAsync();
    }
}
