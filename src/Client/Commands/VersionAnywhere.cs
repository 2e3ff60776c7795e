using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>--version</c> of every command; that of System.CommandLine stands alone.</summary>
internal sealed class VersionAnywhere : SynchronousCommandLineAction
{
    private VersionAnywhere()
    {
    }

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>The option.</summary>
    public static Option<bool> Create() => new("--version")
    {
        Description = "Show version information",
        Recursive = true,
        Action = new VersionAnywhere(),
    };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(
            typeof(VersionAnywhere).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return ExitCode.Good;
    }
}
