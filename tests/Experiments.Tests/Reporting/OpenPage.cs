using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace DmaGrains.Experiments.Tests.Reporting;

/// <summary>A page in the browser.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IPage _page;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.html");

    private OpenPage(IPage page) => _page = page;

    /// <summary>What went wrong: scripts that failed, what the security policy stopped, files that are not there.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What the page asked for beside itself.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<OpenPage> OpenAsync(IPage page, string html, int width, string scheme, string? media)
    {
        var open = new OpenPage(page);
        await File.WriteAllTextAsync(open._file, html);
        page.Console += (_, told) => open.Errors.Add($"{told.Message.Type}: {told.Message.Text}");
        page.PageError += (_, failed) => open.Errors.Add(failed.Message);
        page.Request += (_, asked) => open.Requests.Add(asked.Request.Url);
        await page.SetViewportAsync(new() { Width = width, Height = 800 });
        await page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        await page.GoToAsync($"file://{open._file}");
        if (media is not null)
        {
            await page.EmulateMediaTypeAsync(MediaType.Print);
        }

        open.Requests.Remove($"file://{open._file}");
        if (Environment.GetEnvironmentVariable("DMAGRAINS_SCREENSHOTS") is { } folder)
        {
            await page.ScreenshotAsync(Path.Combine(folder, $"{scheme}-{width}-{media ?? "screen"}.png"), new() { FullPage = true });
        }

        return open;
    }

    /// <summary>The value of an expression on the page.</summary>
    public Task<T> ValueAsync<T>(string expression) => _page.EvaluateExpressionAsync<T>(expression);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        File.Delete(_file);
    }
}
