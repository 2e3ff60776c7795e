using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>The server as its operator sees it.</summary>
public class SiloProgramTests
{
    [Theory]
    [InlineData("--storage floppy", "storage 'floppy'")]
    [InlineData("--gateway-port 0", "gateway-port '0'")]
    [InlineData("--gateway-port 65536", "gateway-port '65536'")]
    [InlineData("--silo-port -1", "silo-port '-1'")]
    [InlineData("--silo-port abc", "silo-port 'abc'")]
    [InlineData("--silo-port 5000 --gateway-port 5000", "silo-port and gateway-port are both 5000")]
    public async Task Wrong_setting_is_refused_in_one_line(string line, string saying)
    {
        using var silo = ProgramProcess.Start("DmaGrains.Silo", line.Split(' '));

        var answer = await silo.AnswerAsync();

        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Empty(answer.Output);
        Assert.Matches($"^dmagrains silo: {saying}.*: expected .*\n$", answer.Error);
    }

    [Theory]
    [InlineData("DmaGrains.Silo", "--version", @"^\d+\.\d+\.\d+\S*\s*$")]
    [InlineData("DmaGrains.Silo", "-h", "^A silo: ")]
    [InlineData("dmagrains", "silo --version", @"^\d+\.\d+\.\d+\S*\s*$")]
    [InlineData("dmagrains", "silo -h", "^Description:")]
    public async Task Version_and_help_are_told_instead_of_running(string program, string line, string expected)
    {
        using var silo = ProgramProcess.Start(program, line.Split(' '));

        Assert.Matches(expected, (await silo.AnswerAsync()).Good().Output);
    }

    [Fact]
    public async Task Client_runs_a_silo_that_ends_well_when_it_is_told_to()
    {
        var (silo, gateway) = SiloProcess.FreePorts();
        using var process = ProgramProcess.Start("dmagrains", "silo", "--silo-port", silo, "--gateway-port", gateway);

        // Its first line: there is nothing to warn of.
        Assert.Contains("ready", await process.ReadUntilAsync(string.Empty), StringComparison.Ordinal);

        (await ProgramProcess.ClientAsync("board", "list", "--gateway", $"127.0.0.1:{gateway}")).Good();
        await process.TerminateAsync();

        (await process.AnswerAsync()).Good();
    }

    [Fact]
    public async Task Client_refuses_a_wrong_setting_of_a_silo_as_the_silo_does()
    {
        using var silo = ProgramProcess.Start("dmagrains", "silo", "--gateway-port", "0");

        var answer = await silo.AnswerAsync();

        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Matches("^dmagrains silo: gateway-port '0'.*: expected .*\n$", answer.Error);
    }

    [Fact]
    public async Task Silo_ends_well_when_it_is_told_to()
    {
        await using var silo = new SiloProcess();
        await silo.InitializeAsync();

        await silo.Process.TerminateAsync();

        (await silo.Process.AnswerAsync()).Good();
    }

    [Fact]
    public async Task Port_that_is_in_use_is_reported()
    {
        await using var first = new SiloProcess();
        await first.InitializeAsync();
        var (free, _) = SiloProcess.FreePorts();

        await ReportedAsync("silo-port", first.SiloPort, "gateway-port", free);
        await ReportedAsync("gateway-port", first.GatewayPort, "silo-port", free);
    }

    private static async Task ReportedAsync(string setting, string port, string otherSetting, string otherPort)
    {
        using var second = ProgramProcess.Start(
            "DmaGrains.Silo", $"--{setting}", port, $"--{otherSetting}", otherPort);

        var answer = await second.AnswerAsync();

        Assert.Equal(ExitCode.Fault, answer.Code);
        Assert.Empty(answer.Output);
        Assert.Matches($"^dmagrains silo: {setting} {port} .*: expected a free port.\n$", answer.Error);
    }
}
