using System.CommandLine;
using DmaGrains.Model;

namespace DmaGrains.Client.Commands;

/// <summary>Options that take names of the model.</summary>
internal static class NameOptions
{
    /// <summary>An option that takes one name.</summary>
    public static Option<string?> One(string name, string what, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = what };
        Check(option);
        return option;
    }

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Many(string name, string what, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = what };
        Check(option);
        return option;
    }

    private static void Check(Option option) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => !ModelName.IsValid(token.Value)))
        {
            result.AddError($"{option.Name} '{token.Value}' is not a name: expected {ModelName.Expected}.");
        }
    });
}
