using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using Microsoft.OpenApi;

namespace DmaGrains.Silo.Http;

/// <summary>A converter that says in the API's description what it reads.</summary>
internal interface IDescribed
{
    /// <summary>Describes what is read.</summary>
    void Describe(OpenApiSchema schema);
}

/// <summary>Reads one of the words that files and commands share.</summary>
internal abstract class WordConverter<T>(Vocabulary<T> words) : JsonConverter<T>, IDescribed
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.TokenType == JsonTokenType.String ? reader.GetString()! : null;
        return word is not null && words.TryGetValue(word, out var meaning)
            ? meaning
            : throw new JsonException(word is null
                ? $"a {reader.TokenType}: expected {Quoted.AnyOf(words.Keys)}"
                : $"{Quoted.Text(word)}: {Closest.Expecting(word, [.. words.Keys])}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(words.WordFor(value));

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema) => OfWords(schema, words.Keys);

    /// <summary>Describes one of some words.</summary>
    internal static void OfWords(OpenApiSchema schema, IEnumerable<string> words)
    {
        schema.Type = JsonSchemaType.String | ((schema.Type ?? default) & JsonSchemaType.Null);
        schema.Enum = [.. words.Select(word => (JsonNode)word)];
    }
}

/// <summary>Reads a direction.</summary>
internal sealed class DirectionConverter() : WordConverter<DmaDirection>(Vocabulary.Directions);

/// <summary>Reads how unset parameters are read.</summary>
internal sealed class GettersConverter() : WordConverter<ParameterDefaults>(Vocabulary.Getters);

/// <summary>Reads one option of a map.</summary>
internal sealed class OptionConverter() : WordConverter<MapOptions>(Vocabulary.Options);

/// <summary>Reads options of a map, which are a list of words.</summary>
internal sealed class OptionsConverter : JsonConverter<MapOptions>, IDescribed
{
    private readonly OptionConverter _each = new();

    /// <inheritdoc/>
    public override MapOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"a {reader.TokenType}: expected a list of options");
        }

        var all = MapOptions.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            all |= _each.Read(ref reader, typeof(MapOptions), options);
        }

        return all;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MapOptions value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, Vocabulary.Of(value), options);

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema)
    {
        var word = new OpenApiSchema();
        _each.Describe(word);
        schema.Type = JsonSchemaType.Array;
        schema.Items = word;
        schema.Enum = null;
    }
}

/// <summary>Reads a size: a number of bytes, or a text such as 1920x1080x4.</summary>
internal sealed class SizeConverter : JsonConverter<ulong>, IDescribed
{
    /// <inheritdoc/>
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetUInt64(out var bytes) => bytes,
        JsonTokenType.String when Sizes.TryParse(reader.GetString()!, out var bytes) => bytes,
        JsonTokenType.String => throw new JsonException($"{Quoted.Text(reader.GetString()!)} is not a size: expected {Sizes.Examples}"),
        _ => throw new JsonException($"not a size: expected {Sizes.Examples}"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema)
    {
        // Generators of clients take the first.
        schema.OneOf = [new OpenApiSchema { Type = JsonSchemaType.Integer, Format = schema.Format }, new OpenApiSchema { Type = JsonSchemaType.String }];
        schema.Type = null;
        schema.Format = null;
    }
}
