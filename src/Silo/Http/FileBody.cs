using System.Reflection;
using System.Text.Json;
using DmaGrains.Scenarios.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace DmaGrains.Silo.Http;

/// <summary>A body in the format of a file, as YAML or JSON, which is YAML too.</summary>
/// <param name="Text">The text.</param>
internal sealed record FileBody(string Text) : IEndpointParameterMetadataProvider
{
    /// <summary>Its name in messages.</summary>
    public const string Name = "body";

    /// <summary>Reads the body.</summary>
    public static async ValueTask<FileBody> BindAsync(HttpContext context)
    {
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy, context.RequestAborted);
        copy.Position = 0;
        var text = InputText.Read(Name, copy);
        return new(context.Request.HasJsonContentType() ? WithoutTabs(text) : text);
    }

    /// <summary>The text of a part of a body that is in the format of a file.</summary>
    public static string TextOf(JsonElement part) => WithoutTabs(part.GetRawText());

    /// <summary>In JSON tabs stand between values alone. YAML, as which it is read, takes none there.</summary>
    private static string WithoutTabs(string json) => json.Replace('\t', ' ');

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/yaml"], typeof(FileBody)));
}
