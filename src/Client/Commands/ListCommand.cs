using System.CommandLine;
using System.Text.Json;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains list scenarios|boards|policies|drivers|schemas</c>.</summary>
internal static class ListCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new(
        "list",
        """
        Lists what comes with the program: scenarios, boards, exporters' policies, drivers of the kernel, and schemas of files, each with a description.
        'dmagrains show NAME' prints one.

        Example:
          dmagrains list scenarios
        """)
    {
        Names(
            "scenarios",
            "scenario",
            "Lists the scenarios that come with the program, each with what it shows and on which board.",
            () => ShippedFiles.Scenarios
                .Select(name => ScenarioFile.Read(ShippedFiles.Scenario(name)!))
                .Select(scenario => (scenario.Name, $"{scenario.Shows} ({scenario.Board.Name})"))),
        Names(
            "boards",
            "board",
            "Lists the boards that come with the program, by name and title.",
            () => ShippedFiles.Boards.Select(name => ShippedFiles.ReadBoard(name)).Select(board => (board.Name, board.Title))),
        Names(
            "policies",
            "policy",
            "Lists exporters' policies, the default first.",
            () => PolicyReport.All.Select(policy => (policy.Name, policy.Shows))),
        Names(
            "drivers",
            "driver",
            "Lists the drivers of the catalogue, each with what it drives and what memory it takes.",
            () => DriverCatalogue.All.Select(driver => (driver.Name, $"{driver.Title} ({driver.Class}): {DriverText.MemoryOf(driver)}"))),
        Names(
            "schemas",
            "schema",
            "Lists the JSON schemas of board, scenario and experiment files, for editors to complete and check them.",
            () => ShippedFiles.Schemas.Select(name => (name, DescriptionOf(ShippedFiles.Schema(name)!)))),
    };

    private static string DescriptionOf(string schema)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(schema));
        return file.RootElement.GetProperty("description").GetString()!;
    }

    private static Command Names(string name, string one, string does, Func<IEnumerable<(string Name, string Shows)>> find)
    {
        var json = CommonOptions.Json();
        var command = new Command(
            name,
            $"""
            {does}

            Example:
              dmagrains list {name}
            """)
        {
            json,
        };
        command.SetAction(parsed =>
        {
            var found = find().ToList();
            var terminal = Terminal.Of(parsed);
            if (parsed.GetValue(json))
            {
                terminal.Json(found.Select(each => new { each.Name, each.Shows }));
            }
            else
            {
                terminal.Table([one, "shows"], found.Select(each => (string[])[each.Name, each.Shows]));
            }

            return ExitCode.Good;
        });
        return command;
    }
}
