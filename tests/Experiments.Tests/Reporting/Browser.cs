using PuppeteerSharp;

namespace DmaGrains.Experiments.Tests.Reporting;

/// <summary>A Chromium without a window, for all tests that look at pages; without one they are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] _programs = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"];

    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (_programs.FirstOrDefault(File.Exists) is { } program)
        {
            // Root, as in containers of continuous integration, may not use the sandbox; the pages are our own.
            _browser = await Puppeteer.LaunchAsync(new() { Headless = true, ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
        }
    }

    /// <summary>Opens a page, of which every error and everything that it asks the network for is noted.</summary>
    internal async Task<OpenPage> OpenAsync(string html, int width = 1000, string scheme = "light", string? media = null)
    {
        Assert.SkipWhen(_browser is null, "skipped: no chromium (apt-get install chromium-headless-shell)");
        return await OpenPage.OpenAsync(await _browser!.NewPageAsync(), html, width, scheme, media);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }
}
