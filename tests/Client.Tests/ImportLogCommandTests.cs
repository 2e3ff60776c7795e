namespace DmaGrains.Client.Tests;

public class ImportLogCommandTests
{
    private const string Text =
        "[    1.0] usb 1-1: new high-speed USB device\n"
        + "[    7.5] platform vc4: DMA addr 0x0000000140000000+4096 overflow (mask ffffffff, bus limit 3fffffff).\n"
        + "[    8.0] e1000e 0000:00:19.0 single idx 12 P=1000 N=1 D=ffe00000 L=600 cln=0x40 DMA_FROM_DEVICE dma map error not checked\n";

    [Fact]
    public async Task Log_explains_what_it_finds_and_what_helps()
    {
        using var file = new TemporaryFile(Text, ".txt");

        var told = await Answer.OfAsync("import", "log", file.Path, "--board", "raspberry-pi-4");
        var report = (await Answer.OfAsync("import", "log", file.Path, "--json")).Json();

        told.Refused("out of reach (line 2)\n  platform vc4: DMA addr 0x0000000140000000+4096 overflow");
        Assert.Contains("3 lines, 1 of them on DMA:", told.Output, StringComparison.Ordinal);
        Assert.Contains("  On raspberry-pi-4, vc4 reaches addresses up to 0x3fffffff: of its memory, ", told.Output, StringComparison.Ordinal);
        Assert.Contains("0000:00:19.0  e1000e  1         1536   1536     1 single  1\n", told.Output, StringComparison.Ordinal);
        Assert.Equal("out_of_reach", report.GetProperty("findings")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_log_without_findings_is_good()
    {
        using var file = new TemporaryFile("[ 1.0] usb 1-1: new high-speed USB device\n", ".txt");

        Assert.Equal("1 line: nothing is wrong with DMA as far as they tell.\n", (await Answer.OfAsync("import", "log", file.Path)).Good().Output);
        (await Answer.OfAsync("import", "log", file.Path, "--board", "figures", "--device", "x=render")).Unusable("no device 'x' is named by what was found");
    }
}
