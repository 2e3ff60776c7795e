using System.Collections;
using Microsoft.Extensions.Configuration;

namespace DmaGrains.Silo.Settings;

/// <summary>Where settings come from: appsettings.json, then the environment, then the command line; the last one wins.</summary>
public static class SettingSources
{
    private const string Prefix = "DMAGRAINS_";

    /// <summary>Collects what is set.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">The environment's variables; those of other programs are not looked at.</param>
    /// <exception cref="FormatException">The command line has what is no setting, or the file is no JSON; the message says what.</exception>
    public static IConfiguration Load(string[] args, IDictionary environment)
    {
        CheckNames(args);
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile("appsettings.json", optional: true)
                .AddInMemoryCollection(OursIn(environment))
                .AddCommandLine(args)
                .Build();
        }
        catch (InvalidDataException)
        {
            // What the reader says repeats part of the file.
            throw new FormatException("appsettings.json cannot be read: expected a JSON object.");
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
                var names = string.Join(", ", Setting.All.Select(known => $"--{known.Name}"));
                throw new FormatException($"'{word}' is no setting: expected {names}.");
            }

            if (equals < 0 && ++index == args.Length)
            {
                throw new FormatException($"{name} has no value: expected {ExpectedOf(name)}.");
            }
        }
    }

    private static string ExpectedOf(string name) =>
        Setting.All.FirstOrDefault(known => known.Name == name)?.Expected ?? "one";

    /// <summary>DMAGRAINS_GATEWAY_PORT is gateway-port: shells have no dashes in names.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> OursIn(IDictionary environment) => environment.Keys.Cast<string>()
        .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .Select(name => KeyValuePair.Create(
            name[Prefix.Length..].ToLowerInvariant().Replace('_', '-'), (string?)environment[name]));
}
