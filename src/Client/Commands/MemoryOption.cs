using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>The option that states memory, as the kernel's <c>mem=</c> does on Arm.</summary>
internal static class MemoryOption
{
    private const string Name = "--memory";

    /// <summary>An option that may be given several times.</summary>
    public static Option<StatedMemory[]> Create() => new(Name)
    {
        Description = "Memory in place of what the device tree states, and where it starts when not where the tree says; may be given several times.",
        HelpName = "SIZE[@START]",
        CustomParser = Parse,
    };

    private static StatedMemory[]? Parse(ArgumentResult result)
    {
        var ranges = new List<StatedMemory>();
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split('@');
            var start = 0UL;
            if (!Sizes.TryParse(parts[0], out var size) || size == 0 || parts.Length > 2 || (parts.Length == 2 && !Sizes.TryParse(parts[1], out start)))
            {
                result.AddError($"{Name} '{text}' is not memory: expected its size and, when the tree does not say it, its start, such as 2GiB or 2GiB@0x80000000.");
                return null;
            }

            ranges.Add(new(size, parts.Length == 2 ? start : null));
        }

        return [.. ranges];
    }
}
