using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads an exporter's policy by itself: the value of <c>policy</c> in a scenario file.</summary>
public static class PolicyFile
{
    /// <summary>Reads a policy from text.</summary>
    /// <param name="text">A mapping with the one key <c>policy</c>: a name, or a mapping of choices.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">The text is not a policy.</exception>
    public static ExporterPolicy Parse(string text, string file) => Problems.OrThrow(problems =>
    {
        var root = NodeTree.Parse(file, text, problems);
        root.AllowOnly("policy");
        return PolicyFields.Read(root.Required("policy"));
    });
}
