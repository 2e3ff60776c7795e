using System.ComponentModel;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DmaGrains.Silo.Http;

/// <summary>The description of the API.</summary>
internal static class ApiDescription
{
    /// <summary>What members of commands are; the model's comments are not at hand.</summary>
    private static readonly Dictionary<string, string> _members = new()
    {
        ["attachment"] = "The name of the attachment; a new one where it is made.",
        ["device"] = "The importing device.",
        ["mapping"] = "The name of the mapping or raw access; a new one where it is made.",
        ["raw"] = "The name of the raw access to map.",
        ["access"] = "The name of the CPU's access; a new one where it begins.",
        ["sync"] = "A new name, used once.",
        ["direction"] = "Which way data moves; the CPU reads with from-device and writes with to-device.",
        ["options"] = "Further options of the map.",
    };

    /// <summary>What parameters of operations are.</summary>
    private static readonly Dictionary<string, string> _parameters = new()
    {
        ["board"] = "The board's name.",
        ["buffer"] = "The buffer's name on the board.",
        ["device"] = "The device's name on the board; in a listing of buffers: only those to which it is attached.",
        ["replace"] = "Whether another definition of the board is replaced.",
        ["cursor"] = "The cursor of the previous page; nothing to start.",
        ["count"] = "The most items of the page, 1 to 100.",
        ["exporter"] = "Only buffers of this exporter.",
        ["mapped"] = "Only buffers that are mapped, or are not.",
        ["after"] = "The id of the event after which to go on.",
        ["Last-Event-ID"] = "The same, as clients of streams send it when they reconnect.",
        [IdempotencyKey.Header] = "The id of the request, CALLER/NUMBER: sent again with it, it gets its first answer and changes nothing.",
    };

    /// <summary>Adds what cannot be told from the types of handlers.</summary>
    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (ConverterOf(context) is IDescribed described)
            {
                described.Describe(schema);
            }

            // Requests are read strictly; clients should not read answers so, which may say more one day.
            if (context.JsonTypeInfo.Type is { } type && !type.Name.EndsWith("Request", StringComparison.Ordinal) && !type.IsAssignableTo(typeof(DmaCommand)))
            {
                schema.AdditionalProperties = null;
                schema.AdditionalPropertiesAllowed = true;
            }

            // Where null is allowed, too, is told beside it.
            if (schema is { Enum: { } words, Type: null })
            {
                schema.Type = JsonSchemaType.String;
                schema.Enum = [.. words.Where(word => word is not null && word.GetValueKind() == JsonValueKind.String)];
            }

            // Generators of clients know no shorter type that holds these.
            if (schema.Format == "uint32")
            {
                schema.Format = "int64";
                schema.Minimum = "0";
                schema.Maximum = $"{uint.MaxValue}";
            }

            if (context.JsonTypeInfo.Type == typeof(BigInteger))
            {
                schema.Type = JsonSchemaType.Integer;
            }

            if (context.JsonTypeInfo.Type == typeof(FileBody))
            {
                schema.Type = JsonSchemaType.Object;
                schema.Properties = null;
                schema.Required = null;
                schema.Description = "A board, or a device as an entry of its list of devices, in the format of board files: schemas/board.schema.json.";
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancellation) =>
        {
            foreach (var parameter in operation.Parameters ?? [])
            {
                parameter.Description = _parameters[parameter.Name!];
            }

            const string Problem = "Problem";
            context.Document!.AddComponent(Problem, await context.GetOrCreateSchemaAsync(typeof(ProblemReport), cancellationToken: cancellation));
            const string Stream = "text/event-stream";
            if (operation.Responses!["200"].Content is { } answers && answers.ContainsKey(Stream))
            {
                answers[Stream] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Description = "Server-sent events: 'event' with what happened as JSON, 'gap' when earlier events are not kept any more, 'idle' when nothing happened, 'end' with why the stream ends.",
                    },
                };
            }

            operation.Responses!["default"] = new OpenApiResponse
            {
                Description = "Why not, as problem details of RFC 9457: 400 for a malformed request, 401 and 403 for the token, 429 for too many, 503 without an answer, else a refusal with its errno.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemReport.ContentType] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
                },
            };
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);

            // Of streams only, which are described as text.
            document.Components?.Schemas?.Remove("SseItemOfstring");
            document.Info = new() { Title = "DmaGrains", Version = "1" };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Access.TokenAuthentication.SchemeName] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Access.TokenAuthentication.SchemeName, document)] = [] }];
            return Task.CompletedTask;
        });
    }

    /// <summary>Describes the members of requests. The framework leaves out those that may be null or have a schema of their own.</summary>
    private static void Describe(OpenApiDocument document)
    {
        var requests = typeof(ApiDescription).Assembly.GetTypes().Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal)).ToDictionary(
            type => type.Name,
            type => type.GetProperties().ToDictionary(member => Vocabulary.Spelt(member.Name), member => member.GetCustomAttribute<DescriptionAttribute>()?.Description));
        var commands = RequestJson.Commands.Values.SelectMany(type => (string[])[type.Name, $"{nameof(DmaCommand)}{type.Name}"]).ToHashSet();
        foreach (var (name, schema) in document.Components!.Schemas!)
        {
            foreach (var (member, described) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            {
                described.Description = requests.GetValueOrDefault(name)?.GetValueOrDefault(member)
                    ?? (commands.Contains(name) ? _members.GetValueOrDefault(member) : null)
                    ?? described.Description;
            }
        }
    }

    private static JsonConverter? ConverterOf(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(JsonConverterAttribute), false) is [JsonConverterAttribute { ConverterType: { } type }]
            ? (JsonConverter)Activator.CreateInstance(type)!
            : context.JsonTypeInfo.Converter;
}
