using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Client.Commands;

/// <summary><c>--after ID</c>: the event after which to go on.</summary>
internal static class AfterOption
{
    /// <summary>The option.</summary>
    public static Option<BufferEventId?> Create(string @default) => new("--after")
    {
        Description = $"Begin after the event of this id; default: {@default}.",
        HelpName = "ID",
        CustomParser = Parse,
    };

    private static BufferEventId? Parse(ArgumentResult result)
    {
        var parsed = BufferEventId.Parse(result.Tokens.Single().Value);
        if (parsed.TryGetValue(out var id))
        {
            return id;
        }

        result.AddError($"--after: {parsed.Refusal!.Reason}");
        return null;
    }
}
