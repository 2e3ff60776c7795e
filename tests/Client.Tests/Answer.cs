using System.Text.Json;
using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>What a command line answered.</summary>
internal sealed record Answer(int Code, string Output, string Error)
{
    /// <summary>Carries out a command line in this process.</summary>
    public static async Task<Answer> OfAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The one JSON document that the output is.</summary>
    public JsonElement Json() => JsonDocument.Parse(Output).RootElement;

    /// <summary>The answer is good.</summary>
    public Answer Good()
    {
        Assert.True(Code == ExitCode.Good, $"exit code {Code}\n{Output}\n{Error}");
        Assert.Empty(Error);
        return this;
    }

    /// <summary>The request was refused with this errno.</summary>
    public Answer Refused(string errno)
    {
        Assert.True(Code == ExitCode.Refused, $"exit code {Code}\n{Output}\n{Error}");
        Assert.Contains(errno, Output, StringComparison.Ordinal);
        return this;
    }

    /// <summary>The command line or a file is wrong: one line says so, a second one at most where to read on.</summary>
    public void Unusable(string saying)
    {
        Assert.True(Code == ExitCode.Usage, $"exit code {Code}\n{Output}\n{Error}");
        Assert.Empty(Output);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        var lines = Error.TrimEnd().Split('\n');
        Assert.StartsWith("dmagrains: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(saying, lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.StartsWith("Try 'dmagrains ", line, StringComparison.Ordinal));
        Assert.True(lines.Length <= 2, Error);
    }
}
