using System.Reflection;
using System.Text;
using DmaGrains.Model;
using DmaGrains.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace DmaGrains.Silo.Http;

/// <summary>The answer to a request: a report, written as <c>--json</c> writes it, or a problem.</summary>
/// <typeparam name="T">The report.</typeparam>
internal sealed class Answer<T> : IResult, IEndpointMetadataProvider
{
    private const string ContentType = "application/json";

    private readonly T? _report;
    private readonly ProblemReport? _problem;

    private Answer(T? report, ProblemReport? problem) => (_report, _problem) = (report, problem);

    /// <summary>A report.</summary>
    public static implicit operator Answer<T>(T report) => new(report, null);

    /// <summary>A refusal of the grains.</summary>
    public static implicit operator Answer<T>(Refusal refusal) => new(default, ProblemReport.Of(refusal));

    /// <summary>A problem.</summary>
    public static implicit operator Answer<T>(ProblemReport problem) => new(default, problem);

    /// <summary>The report of what was granted, or the refusal.</summary>
    public static Answer<T> Of<TValue>(DmaResult<TValue> result, Func<TValue, T> report)
        where TValue : notnull => result.TryGetValue(out var value) ? report(value) : result.Refusal!;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (_problem is not null)
        {
            return Problems.WriteAsync(httpContext, _problem);
        }

        httpContext.Response.ContentType = ContentType;
        return httpContext.Response.WriteAsync($"{ReportJson.Text(_report)}\n", Encoding.UTF8, httpContext.RequestAborted);
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [ContentType]));
}
