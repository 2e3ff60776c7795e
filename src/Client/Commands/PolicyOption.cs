using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Model.Policies;

namespace DmaGrains.Client.Commands;

/// <summary><c>--policy NAME</c>.</summary>
internal static class PolicyOption
{
    private const string All = "all";

    /// <summary>An option that may be given several times, or as <c>all</c>.</summary>
    /// <param name="description">For the help.</param>
    public static Option<string[]> Many(string description)
    {
        var option = new Option<string[]>("--policy") { Description = description, HelpName = "NAME" };
        WordOptions.Accept(option, [.. NamedPolicies.All.Select(named => named.Name), All]);
        return option;
    }

    /// <summary>An option for one policy, which may be left out.</summary>
    /// <param name="description">For the help.</param>
    public static Option<string?> Optional(string description)
    {
        var option = WordOptions.Optional("--policy", description, NamedPolicies.All.Select(named => named.Name));
        option.HelpName = "NAME";
        return option;
    }

    /// <summary>The given policies, in the order of <see cref="NamedPolicies"/>; empty when the option was left out.</summary>
    public static ImmutableArray<(string Name, ExporterPolicy Policy)> ValueOf(ParseResult parsed, Option<string[]> option)
    {
        var names = parsed.GetValue(option) ?? [];
        return [.. NamedPolicies.All.Where(named => names.Contains(named.Name) || names.Contains(All))];
    }
}
