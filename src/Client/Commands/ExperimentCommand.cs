using System.CommandLine;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment</c>.</summary>
internal static class ExperimentCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => ExperimentRunCommand.AddTo(ArgumentArity.ZeroOrOne, new(
        "experiment",
        """
        Plays a long run on boards, in virtual time or on a cluster, and shows what came of it under each policy or other value of its matrix.
        'dmagrains experiment FILE' is the same as 'dmagrains experiment run FILE'.

        Example:
          dmagrains experiment deferred-or-eager.yaml
        """)
    {
        ExperimentRunCommand.Create(),
        ExperimentCompareCommand.Create(),
        ExperimentListCommand.Create(),
        ExperimentShowCommand.Create(),
        ExperimentClusterCommands.CreateStart(),
        ExperimentClusterCommands.CreateStatus(),
        ExperimentClusterCommands.CreateStop(),
    });
}
