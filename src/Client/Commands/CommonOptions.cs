using System.CommandLine;
using DmaGrains.Client.Live;

namespace DmaGrains.Client.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON document on standard output.",
    };

    /// <summary><c>--gateway HOST:PORT</c>.</summary>
    public static Option<string?> Gateway() => new("--gateway")
    {
        Description = "A running silo's gateway, such as 127.0.0.1:30000; several separated by commas. Without it, an embedded silo.",
        HelpName = "HOST:PORT",
    };

    /// <summary>Adds <c>--token-file FILE</c> and <c>--tls-ca FILE</c>.</summary>
    public static void AddAccess(this IList<Option> options)
    {
        foreach (var option in GatewayAccess.Options())
        {
            options.Add(option);
        }
    }

    /// <summary><c>--data FILE</c>.</summary>
    public static Option<string?> DataFile() => new("--data")
    {
        Description = "A file in which the embedded silo keeps its state. Without it, the silo starts empty.",
        HelpName = "FILE",
    };
}
