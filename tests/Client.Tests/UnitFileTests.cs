namespace DmaGrains.Client.Tests;

/// <summary>The systemd unit of a silo.</summary>
public sealed class UnitFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_it()
    {
        using var found = ProgramProcess.Shell("command -v systemd-analyze > /dev/null");
        Assert.SkipUnless((await found.AnswerAsync()).Code == 0, "skipped: no systemd-analyze");
        var unit = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "dmagrains.service"), TestContext.Current.CancellationToken);
        var here = unit.Replace("/opt/dmagrains/silo/", AppContext.BaseDirectory, StringComparison.Ordinal);
        Assert.NotEqual(unit, here);
        var file = Path.Combine(_folder.Path, "dmagrains.service");
        await File.WriteAllTextAsync(file, here, TestContext.Current.CancellationToken);

        using var verifies = ProgramProcess.Shell($"systemd-analyze verify --man=no --recursive-errors=no '{file}'");

        var answer = (await verifies.AnswerAsync()).Good();
        Assert.Empty(answer.Output);
    }
}
