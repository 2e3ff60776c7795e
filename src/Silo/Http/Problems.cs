using System.Text;
using System.Text.RegularExpressions;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Hosting;
using DmaGrains.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Http;

/// <summary>Answers with problem details whatever goes wrong, and tells nothing of exceptions that are not meant for callers.</summary>
internal static partial class Problems
{
    /// <summary>Adds them to a pipeline, before anything that may fail.</summary>
    public static void UseOn(IApplicationBuilder app, ILogger log)
    {
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception problem) when (!context.Response.HasStarted)
            {
                if (context.RequestAborted.IsCancellationRequested)
                {
                    // Nobody listens any more.
                    context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                    return;
                }

                await WriteAsync(context, Of(problem, log));
            }
        });
        app.UseStatusCodePages(pages => WriteAsync(pages.HttpContext, ProblemReport.Of(pages.HttpContext.Response.StatusCode, DetailOf(pages.HttpContext))));
    }

    /// <summary>Writes a problem as the answer.</summary>
    public static Task WriteAsync(HttpContext context, ProblemReport problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ProblemReport.ContentType;
        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            response.Headers.RetryAfter = "1";
        }

        return response.WriteAsync($"{ReportJson.Text(problem)}\n", Encoding.UTF8);
    }

    private static ProblemReport Of(Exception problem, ILogger log)
    {
        switch (problem)
        {
            case BadHttpRequestException or NotSupportedException when JsonProblems.Of(problem.InnerException ?? problem) is { } words:
                return ProblemReport.Of(StatusCodes.Status400BadRequest, words);
            case BadHttpRequestException bad:
                return ProblemReport.Of(bad.StatusCode, WordsOf(bad.Message));
            case FileFormatException format:
                return ProblemReport.Of(StatusCodes.Status400BadRequest, $"{format.Message}.");
            case TimeoutException or OperationCanceledException:
                return Away("the reply was late");
            case { InnerException: StorageException storage }:
                return Away(storage.Message.TrimEnd('.'));
            case Exception when IsPassing(problem):
                return Away("the silo cannot reach the others, or is starting or stopping");
            default:
                log.RequestFaulted(problem);
                return ProblemReport.Of(StatusCodes.Status500InternalServerError, "A fault of the silo; its log has it.");
        }
    }

    /// <summary>Whether the cluster is at fault: a lost silo, a late answer, storage that is away. What was asked may have happened.</summary>
    public static bool IsPassing(Exception problem) => problem is TimeoutException or OperationCanceledException or OrleansException or IOException
        || problem.GetType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true;

    private static ProblemReport Away(string reason) => ProblemReport.Of(
        StatusCodes.Status503ServiceUnavailable,
        $"No answer from the grains ({reason}): it may have happened or not. Send it again, with the same {IdempotencyKey.Header} if it had one.");

    // The framework's words name types and parameters of our code.
    private static string WordsOf(string message) =>
        message.Contains("no body was provided", StringComparison.Ordinal) ? "There is no body: expected one as in /openapi.json."
        : Unbound().Match(message) is { Success: true } unbound
            ? $"{unbound.Groups["name"].Value} {Quoted.Text(unbound.Groups["value"].Value)} is not of the expected type: expected as in /openapi.json."
        : message;

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\w+)\" from \"(?<value>.*)\"", RegexOptions.Singleline)]
    private static partial Regex Unbound();

    private static string DetailOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized when !context.RequestServices.GetRequiredService<TokenStore>().AreNeeded =>
            "This may come from a web page: expected localhost or a loopback address as Host, and no Origin but that.",
        StatusCodes.Status401Unauthorized when context.Request.Headers.Authorization.Count == 0 =>
            "This needs a token: expected the header 'Authorization: Bearer TOKEN'.",
        StatusCodes.Status401Unauthorized => "The token is not one of this silo: expected 'Authorization: Bearer TOKEN' with one that is.",
        StatusCodes.Status403Forbidden => "The token is for reading: expected one for changing.",
        StatusCodes.Status404NotFound => "There is nothing at this path: expected one of /openapi.json.",
        StatusCodes.Status405MethodNotAllowed => $"This path does not take {Quoted.Text(context.Request.Method)}: expected {context.Response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType => "The body is of another type: expected Content-Type: application/json.",
        StatusCodes.Status429TooManyRequests => "Too many requests at once: expected fewer, and a pause.",
        var status => $"The request failed with {status}.",
    };
}
