using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Silo.Http;

/// <summary>How bodies of JSON are read: strictly, and commands as their records in the model.</summary>
internal static class RequestJson
{
    /// <summary>What tells a command's kind in a batch.</summary>
    public const string Kind = "command";

    /// <summary>The kinds of commands by their verbs, in the order of their names.</summary>
    public static IReadOnlyDictionary<string, Type> Commands { get; } = new SortedDictionary<string, Type>(
        typeof(DmaCommand).GetNestedTypes(BindingFlags.Public).Where(type => type.IsAssignableTo(typeof(DmaCommand)))
            .ToDictionary(type => JsonNamingPolicy.KebabCaseLower.ConvertName(type.Name)),
        StringComparer.Ordinal);

    /// <summary>Sets how bodies are read, and how the API's description names what is written.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        // Words go before what reads enumerations.
        options.Converters.Add(new DirectionConverter());
        options.Converters.Add(new OptionsConverter());
        ReportJson.Configured(options);
        options.NumberHandling = JsonNumberHandling.Strict;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowOutOfOrderMetadataProperties = true;
        options.AllowDuplicateProperties = false;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { AsCommand } };
    }

    /// <summary>The verb of a command.</summary>
    public static string VerbOf(DmaCommand command) => JsonNamingPolicy.KebabCaseLower.ConvertName(command.GetType().Name);

    /// <summary>The name of what a command creates; null when it creates nothing.</summary>
    public static string? NameOf(DmaCommand command) => command switch
    {
        DmaCommand.Attach attach => attach.Attachment,
        DmaCommand.Map map => map.Mapping,
        DmaCommand.MapRaw map => map.Mapping,
        DmaCommand.GetScatterlist get => get.Mapping,
        DmaCommand.GetPfns get => get.Mapping,
        DmaCommand.BeginCpuAccess begin => begin.Access,
        _ => null,
    };

    /// <summary>Whether a kind of commands has anything to say.</summary>
    public static bool HasBody(Type command) => MembersOf(command).Count > 0;

    /// <summary>What callers say in a command: all that is set but its id.</summary>
    private static HashSet<string> MembersOf(Type command) =>
        [.. command.GetProperties().Where(property => property.CanWrite && property.PropertyType != typeof(CommandId?)).Select(property => property.Name)];

    /// <summary>Ids of commands come from a header; their kinds are told in a batch, and by the path otherwise.</summary>
    private static void AsCommand(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(DmaCommand)))
        {
            return;
        }

        var members = MembersOf(type.Type);
        foreach (var other in type.Properties.Where(property => property.AttributeProvider is not PropertyInfo known || !members.Contains(known.Name)).ToList())
        {
            type.Properties.Remove(other);
        }

        if (type.Type == typeof(DmaCommand))
        {
            type.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = Kind };
            foreach (var (verb, derived) in Commands)
            {
                type.PolymorphismOptions.DerivedTypes.Add(new(derived, verb));
            }
        }
    }
}
