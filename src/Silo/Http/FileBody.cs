using System.Reflection;
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
        return new(InputText.Read(Name, copy));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/yaml"], typeof(FileBody)));
}
