using System.Collections;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Memory;

namespace DmaGrains.Silo.Settings;

/// <summary>Where settings come from: appsettings.json, then the environment, then the command line; the last one wins.</summary>
public sealed class SettingSources
{
    private const string Prefix = "DMAGRAINS_";
    private const string File = "appsettings.json";

    private readonly List<string> _faults = [];

    private SettingSources(string[] args, IDictionary environment)
    {
        CheckNames(args);
        var file = ReadFile();
        CheckNames(file);
        var ours = OursIn(environment).ToList();
        CheckNames(ours);
        Values = new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddInMemoryCollection(ours.Select(given => KeyValuePair.Create(given.Name, given.Value)))
            .AddCommandLine(args)
            .Build();
    }

    /// <summary>What is set.</summary>
    public IConfigurationRoot Values { get; }

    /// <summary>Faults: unknown settings, and a file that cannot be read.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Collects the settings from all sources.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">The environment variables; those of other programs are ignored.</param>
    public static SettingSources Load(string[] args, IDictionary environment) => new(args, environment);

    /// <summary>The source of a setting's value, in the user's words.</summary>
    internal string OriginOf(Setting setting) =>
        Values.Providers.LastOrDefault(provider => provider.TryGet(setting.Name, out _)) switch
        {
            CommandLineConfigurationProvider => OptionOf(setting),
            MemoryConfigurationProvider => VariableOf(setting),
            _ => File,
        };

    private IConfigurationRoot ReadFile()
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
            // The parser's message repeats part of the file.
            _faults.Add($"{File} cannot be read: expected a JSON object.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _faults.Add($"{File} cannot be read: expected a file with read permission.");
        }

        return new ConfigurationBuilder().Build();
    }

    /// <summary>Every word of a command line is <c>--NAME VALUE</c> or <c>--NAME=VALUE</c>; a name with a colon is .NET's own.</summary>
    private void CheckNames(string[] args)
    {
        for (var index = 0; index < args.Length; index++)
        {
            var equals = args[index].IndexOf('=', StringComparison.Ordinal);
            var word = equals < 0 ? args[index] : args[index][..equals];
            var name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : string.Empty;
            if (!name.Contains(':', StringComparison.Ordinal) && Setting.All.All(known => known.Name != name))
            {
                // A stray word may be a value, such as a password.
                NoSetting(word.StartsWith('-') ? Quoted.Text(word) : $"word {index + 1} of the command line", word, OptionOf);
                index += equals < 0 && word.StartsWith('-') ? 1 : 0;
            }
            else if (equals < 0 && ++index == args.Length)
            {
                _faults.Add($"{HarmlessText.Of(name)} has no value: expected {ExpectedOf(name)}.");
            }
        }
    }

    private static string ExpectedOf(string name) =>
        Setting.All.FirstOrDefault(known => known.Name == name)?.Expected ?? "one";

    /// <summary>Top-level values of the file must be our settings; sections belong to .NET.</summary>
    private void CheckNames(IConfigurationRoot file)
    {
        foreach (var given in file.GetChildren())
        {
            var known = Setting.All.FirstOrDefault(known => known.Name.Equals(given.Key, StringComparison.OrdinalIgnoreCase));
            if (known is null && given.Value is not null)
            {
                NoSetting(Quoted.Text($"{File}: {given.Key}"), given.Key, known => known.Name);
            }

            if (known is not null && given.GetChildren().Any())
            {
                _faults.Add($"{known.Name} in {File} is not a single value: expected {known.Expected}.");
            }
        }
    }

    private void CheckNames(IEnumerable<(string Variable, string Name, string? Value)> environment)
    {
        foreach (var (variable, name, _) in environment)
        {
            if (Setting.All.All(known => known.Name != name))
            {
                NoSetting(Quoted.Text(variable), variable, VariableOf);
            }
        }
    }

    /// <summary>A word that is not a setting.</summary>
    /// <param name="shown">How it is shown.</param>
    /// <param name="word">The word to compare with known settings.</param>
    /// <param name="nameOf">How settings are spelled in this source.</param>
    private void NoSetting(string shown, string word, Func<Setting, string> nameOf)
    {
        string[] names = [.. Setting.All.Select(nameOf)];
        _faults.Add($"{shown} is not a setting: {Closest.Expecting(word, names, string.Join(", ", names))}.");
    }

    private static string OptionOf(Setting setting) => $"--{setting.Name}";

    // DMAGRAINS_GATEWAY_PORT is gateway-port: shells have no dashes in names.
    private static string VariableOf(Setting setting) => $"{Prefix}{setting.Name.ToUpperInvariant().Replace('-', '_')}";

    private static IEnumerable<(string Variable, string Name, string? Value)> OursIn(IDictionary environment) => environment.Keys.Cast<string>()
        .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .Select(name => (name, name[Prefix.Length..].ToLowerInvariant().Replace('_', '-'), (string?)environment[name]));
}
