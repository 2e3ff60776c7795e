using System.CommandLine;
using DmaGrains.Client.Commands;
using DmaGrains.Silo.Settings;

namespace DmaGrains.Client.Tests;

public class HelpTests
{
    public static TheoryData<string> Paths => [.. PathsBelow(CommandLine.CreateRoot(), [])];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Help_has_an_example_that_begins_with_the_command(string path)
    {
        var answer = await Answer.OfAsync([.. Words(path), "--help"]);

        answer.Good();
        var example = answer.Output.Split('\n').SkipWhile(line => line.Trim() != "Example:").Skip(1).First().Trim();
        Assert.StartsWith($"dmagrains {path}".TrimEnd(), example, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_that_is_named_is_made_alone_and_goes_by_that_name()
    {
        var names = CommandLine.CreateRoot().Subcommands.Select(command => command.Name);

        Assert.All(names, name => Assert.Equal(name, Assert.Single(CommandLine.CreateRoot(name).Subcommands).Name));
        Assert.Equal(names, CommandLine.CreateRoot("runn").Subcommands.Select(command => command.Name));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Version_is_one_line_after_any_command(string path)
    {
        var answer = await Answer.OfAsync([.. Words(path), "--version"]);

        Assert.Matches(@"^\d+\.\d+\.\d+\S*\s*$", answer.Good().Output);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Help_has_a_short_name(string path) => Assert.Equal(
        (await Answer.OfAsync([.. Words(path), "--help"])).Good(), (await Answer.OfAsync([.. Words(path), "-h"])).Good());

    [Fact]
    public void Silo_offers_each_of_its_settings() => Assert.Empty(
        Setting.All.Select(setting => $"--{setting.Name}").Except(SiloCommand.Create().Options.Select(option => option.Name)));

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Command_offers_json_when_it_does_something(string path)
    {
        var command = Words(path).Aggregate<string, Command>(
            CommandLine.CreateRoot(), (parent, name) => parent.Subcommands.Single(child => child.Name == name));

        Assert.True(command.Action is null ^ command.Options.Any(option => option.Name == "--json"), path);
    }

    private static IEnumerable<string> PathsBelow(Command command, string[] path) =>
        command.Subcommands.SelectMany(child => PathsBelow(child, [.. path, child.Name])).Prepend(string.Join(' ', path));

    private static string[] Words(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
