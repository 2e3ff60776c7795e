using DmaGrains.Model;
using Microsoft.AspNetCore.Http;

namespace DmaGrains.Silo.Http;

/// <summary>A refusal where the answer would have been a stream.</summary>
internal sealed class RefusedResult(Refusal refusal) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => Problems.WriteAsync(httpContext, ProblemReport.Of(refusal));
}
