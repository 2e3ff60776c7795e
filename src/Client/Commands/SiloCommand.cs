using System.CommandLine;
using DmaGrains.Silo;
using DmaGrains.Silo.Settings;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains silo</c>: the program of the silo, for those who installed the tool alone.</summary>
internal static class SiloCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "silo";

    /// <summary>The command, for help and completion. A silo reads its settings and handles signals by itself.</summary>
    public static Command Create()
    {
        var command = new Command(
            Name,
            """
            Hosts boards, devices and buffers until it is stopped.
            Settings also come from DMAGRAINS_NAME in the environment, and from appsettings.json.

            Example:
              dmagrains silo --data dmagrains.db --health-port 8080
            """)
        {
            new Option<string>("--check")
            {
                Description = "No silo: reads everything in a SQLite file that no silo has open, and says what is damaged.",
                HelpName = "FILE",
            },
        };
        foreach (var setting in Setting.All)
        {
            command.Add(new Option<string>($"--{setting.Name}") { Description = setting.Purpose, HelpName = setting.Expected });
        }

        return command;
    }

    /// <summary>Whether a command line is for the silo's program: help and version are the same for all commands.</summary>
    public static bool IsFor(string[] args) =>
        args is [Name, .. var settings] && settings is not ["--version" or "-h" or "--help" or "-?" or "/h" or "/?"];

    /// <summary>Runs the silo.</summary>
    public static Task<int> RunAsync(string[] args) => SiloProgram.RunAsync(args[1..]);
}
