using System.Collections;
using Microsoft.Extensions.Configuration;

namespace DmaGrains.Silo.Settings;

/// <summary>Where settings come from: appsettings.json, then the environment, then the command line; the last one wins.</summary>
public static class SettingSources
{
    private const string Prefix = "DMAGRAINS_";
    private const string File = "appsettings.json";

    /// <summary>Collects what is set.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">The environment's variables; those of other programs are not looked at.</param>
    /// <exception cref="FormatException">One of them has what is not a setting, or the file is not JSON; the message says what.</exception>
    public static IConfiguration Load(string[] args, IDictionary environment)
    {
        CheckNames(args);
        var file = ReadFile();
        CheckNames(file);
        var ours = OursIn(environment).ToList();
        CheckNames(ours);
        return new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddInMemoryCollection(ours.Select(given => KeyValuePair.Create(given.Name, given.Value)))
            .AddCommandLine(args)
            .Build();
    }

    private static IConfigurationRoot ReadFile()
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile(File, optional: true)
                .Build();
        }
        catch (InvalidDataException)
        {
            // What the reader says repeats part of the file.
            throw new FormatException($"{File} cannot be read: expected a JSON object.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{File} cannot be read: expected a file with read permission.");
        }
    }

    /// <summary>Every word of a command line is <c>--NAME VALUE</c> or <c>--NAME=VALUE</c>; a name with a colon is .NET's own.</summary>
    private static void CheckNames(string[] args)
    {
        for (var index = 0; index < args.Length; index++)
        {
            var equals = args[index].IndexOf('=', StringComparison.Ordinal);
            var word = equals < 0 ? args[index] : args[index][..equals];
            var name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : string.Empty;
            if (!name.Contains(':', StringComparison.Ordinal) && Setting.All.All(known => known.Name != name))
            {
                // A word by itself may be what was meant as the value of another, such as a password.
                throw NoSetting(word.StartsWith('-') ? $"'{word}'" : $"word {index + 1} of the command line", known => $"--{known.Name}");
            }

            if (equals < 0 && ++index == args.Length)
            {
                throw new FormatException($"{name} has no value: expected {ExpectedOf(name)}.");
            }
        }
    }

    private static string ExpectedOf(string name) =>
        Setting.All.FirstOrDefault(known => known.Name == name)?.Expected ?? "one";

    /// <summary>What the file has at its top is ours, or a section, which is .NET's own.</summary>
    private static void CheckNames(IConfigurationRoot file)
    {
        foreach (var given in file.GetChildren())
        {
            var known = Setting.All.FirstOrDefault(known => known.Name.Equals(given.Key, StringComparison.OrdinalIgnoreCase));
            if (known is null && given.Value is not null)
            {
                throw NoSetting($"'{File}: {given.Key}'", known => known.Name);
            }

            if (known is not null && given.GetChildren().Any())
            {
                throw new FormatException($"{known.Name} in {File} is not a single value: expected {known.Expected}.");
            }
        }
    }

    private static void CheckNames(IEnumerable<(string Variable, string Name, string? Value)> environment)
    {
        foreach (var (variable, name, _) in environment)
        {
            if (Setting.All.All(known => known.Name != name))
            {
                throw NoSetting($"'{variable}'", known => $"{Prefix}{known.Name.ToUpperInvariant().Replace('-', '_')}");
            }
        }
    }

    private static FormatException NoSetting(string word, Func<Setting, string> nameOf) =>
        new($"{word} is not a setting: expected {string.Join(", ", Setting.All.Select(nameOf))}.");

    /// <summary>DMAGRAINS_GATEWAY_PORT is gateway-port: shells have no dashes in names.</summary>
    private static IEnumerable<(string Variable, string Name, string? Value)> OursIn(IDictionary environment) => environment.Keys.Cast<string>()
        .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .Select(name => (name, name[Prefix.Length..].ToLowerInvariant().Replace('_', '-'), (string?)environment[name]));
}
