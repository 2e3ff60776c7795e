using System.Text.Json.Serialization;
using DmaGrains.Model;
using DmaGrains.Reports;
using Microsoft.AspNetCore.WebUtilities;

namespace DmaGrains.Silo.Http;

/// <summary>Why a request was not met: problem details of RFC 9457, with the members of a refusal.</summary>
/// <param name="Type">"about:blank", or for a refusal "urn:dmagrains:ERRNO".</param>
/// <param name="Title">The kind of problem.</param>
/// <param name="Status">The status code.</param>
/// <param name="Detail">One sentence for the user.</param>
public sealed record ProblemReport(string Type, string Title, int Status, string Detail)
{
    /// <summary>The content type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>The code of a refusal, as the kernel spells it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Errno { get; init; }

    /// <summary>The device at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Importer { get; init; }

    /// <summary>The parameter or argument that failed, such as max_segment_count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <summary>The number asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? Needed { get; init; }

    /// <summary>The number that stood in the way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? Limit { get; init; }

    /// <summary>How to state a limit that nobody stated and the kernel assumes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cure { get; init; }

    /// <summary>The problem of a refusal.</summary>
    public static ProblemReport Of(Refusal refusal)
    {
        var report = RefusalReport.Of(refusal);
        return new($"urn:dmagrains:{report.Errno}", "Refused", StatusOf(refusal.Errno), report.Reason)
        {
            Errno = report.Errno,
            Importer = report.Importer,
            Field = report.Field,
            Needed = report.Needed,
            Limit = report.Limit,
            Cure = report.Cure,
        };
    }

    /// <summary>A problem that is no refusal.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="detail">One sentence.</param>
    public static ProblemReport Of(int status, string detail) =>
        new("about:blank", ReasonPhrases.GetReasonPhrase(status), status, HarmlessText.Short(detail, Refusal.ReasonMax));

    /// <summary>The status code of an errno.</summary>
    /// <remarks>The only place that decides this; docs/http.md lists it.</remarks>
    public static int StatusOf(Errno errno) => errno switch
    {
        Model.Errno.EPERM => 403,
        Model.Errno.ENOENT or Model.Errno.ENODEV => 404,
        Model.Errno.EBADF => 410,
        Model.Errno.EAGAIN or Model.Errno.EBUSY or Model.Errno.EEXIST or Model.Errno.ESTALE => 409,
        Model.Errno.EINVAL or Model.Errno.EIO or Model.Errno.ENOMEM or Model.Errno.ENOSPC or Model.Errno.EOPNOTSUPP or Model.Errno.EREMOTEIO => 422,
        _ => throw new ArgumentOutOfRangeException(nameof(errno)),
    };
}
