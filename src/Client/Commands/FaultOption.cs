using System.CommandLine;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary><c>--fault KIND[=WHAT]</c>: a fault that may happen at any moment.</summary>
internal static class FaultOption
{
    /// <summary>The option.</summary>
    public static Option<string[]> Create() => new("--fault")
    {
        Description = $"A fault that may happen once at any point, or not at all: {FaultText.Forms}. May be given several times.",
        HelpName = "KIND",
    };

    /// <summary>The fault of an argument.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="scenario">Has the importers, buffers, regions and devices that it may name.</param>
    /// <exception cref="UsageException">It is malformed, or names something that the scenario does not have.</exception>
    public static Fault Read(string text, Scenario scenario)
    {
        try
        {
            return FaultText.Read(text, scenario);
        }
        catch (FormatException problem)
        {
            throw new UsageException($"--fault {problem.Message}");
        }
    }
}
