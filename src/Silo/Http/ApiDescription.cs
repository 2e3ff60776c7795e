using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model.Buffers;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DmaGrains.Silo.Http;

/// <summary>The description of the API.</summary>
internal static class ApiDescription
{
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

    private static JsonConverter? ConverterOf(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(JsonConverterAttribute), false) is [JsonConverterAttribute { ConverterType: { } type }]
            ? (JsonConverter)Activator.CreateInstance(type)!
            : context.JsonTypeInfo.Converter;
}
