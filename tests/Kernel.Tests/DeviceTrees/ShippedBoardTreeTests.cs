using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

/// <summary>Holds the boards that come with the program against the trees of their machines.</summary>
public class ShippedBoardTreeTests
{
    [Theory]
    [InlineData("a10", "armhf-6.1__sun4i-a10-cubieboard", "sun4i", "/display-engine")]
    [InlineData("a10", "armhf-6.1__sun4i-a10-cubieboard", "cedrus", "/soc/video-codec@1c0e000")]
    [InlineData("a10", "armhf-6.1__sun4i-a10-cubieboard", "lima", "/soc/gpu@1c40000")]
    [InlineData("a10", "armhf-6.1__sun4i-a10-cubieboard", "sunxi-mmc", "/soc/mmc@1c0f000")]
    [InlineData("ast2500", "armhf-6.1__aspeed-bmc-opp-romulus", "display", "/ahb/apb/display@1e6e6000")]
    [InlineData("ast2500", "armhf-6.1__aspeed-bmc-opp-romulus", "video", "/ahb/apb/video@1e700000")]
    [InlineData("exynos4", "armhf-6.1__exynos4412-odroidu3", "s5p-mfc", "/soc/codec@13400000")]
    [InlineData("exynos4", "armhf-6.1__exynos4412-odroidu3", "fimc", "/soc/camera/fimc@11800000")]
    [InlineData("exynos4", "armhf-6.1__exynos4412-odroidu3", "lima", "/soc/gpu@13000000")]
    [InlineData("exynos4", "armhf-6.1__exynos4412-odroidu3", "dw_mmc", "/soc/mmc@12550000")]
    [InlineData("hikey960", "arm64-6.1__hisilicon__hi3660-hikey960", "ufs", "/soc/ufs@ff3b0000")]
    [InlineData("hikey960", "arm64-6.1__hisilicon__hi3660-hikey960", "dw_mmc", "/soc/dwmmc1@ff37f000")]
    [InlineData("imx6", "armhf-6.1__imx6q-sabrelite", "ipu", "/soc/ipu@2400000")]
    [InlineData("imx6", "armhf-6.1__imx6q-sabrelite", "coda", "/soc/bus@2000000/vpu@2040000")]
    [InlineData("imx6", "armhf-6.1__imx6q-sabrelite", "sdma", "/soc/bus@2000000/dma-controller@20ec000")]
    [InlineData("juno", "arm64-6.1__arm__juno-r1", "hdlcd", "/hdlcd@7ff60000")]
    [InlineData("juno", "arm64-6.1__arm__juno-r1", "pl330", "/dma-controller@7ff00000")]
    [InlineData("raspberry-pi-4", "arm64-6.1__broadcom__bcm2711-rpi-4-b", "v3d", "/scb/gpu@7ec00000")]
    [InlineData("raspberry-pi-4", "arm64-6.1__broadcom__bcm2711-rpi-4-b", "vc4", "/soc/hvs@7e400000")]
    [InlineData("raspberry-pi-4", "arm64-6.1__broadcom__bcm2711-rpi-4-b", "bcm2835-dma", "/soc/dma@7e007000")]
    [InlineData("raspberry-pi-4", "arm64-6.1__broadcom__bcm2711-rpi-4-b", "sdhci", "/emmc2bus/mmc@7e340000")]
    [InlineData("rk3399", "arm64-6.1__rockchip__rk3399-rock-pi-4b", "panfrost", "/gpu@ff9a0000")]
    [InlineData("rk3399", "arm64-6.1__rockchip__rk3399-rock-pi-4b", "vop", "/vop@ff900000")]
    [InlineData("rk3399", "arm64-6.1__rockchip__rk3399-rock-pi-4b", "hantro", "/video-codec@ff650000")]
    [InlineData("rk3399", "arm64-6.1__rockchip__rk3399-rock-pi-4b", "rga", "/rga@ff680000")]
    [InlineData("sdm845", "arm64-6.1__qcom__sdm845-db845c", "msm", "/soc@0/gpu@5000000")]
    [InlineData("sdm845", "arm64-6.1__qcom__sdm845-db845c", "venus", "/soc@0/video-codec@aa00000")]
    [InlineData("sdm845", "arm64-6.1__qcom__sdm845-db845c", "camss", "/soc@0/camss@acb3000")]
    [InlineData("sdm845", "arm64-6.1__qcom__sdm845-db845c", "ufs", "/soc@0/ufshc@1d84000")]
    [InlineData("sdm845", "arm64-6.1__qcom__sdm845-db845c", "bam", "/soc@0/dma-controller@1dc4000")]
    public void A_device_of_a_shipped_board_is_translated_reaches_and_snoops_as_its_tree_says(string board, string facts, string device, string path)
    {
        var (set, file) = (facts[..facts.IndexOf("__", StringComparison.Ordinal)], facts[(facts.IndexOf("__", StringComparison.Ordinal) + 2)..].Replace("__", "/", StringComparison.Ordinal));
        var bytes = Trees.FetchedTree(set, $"{file}.dtb", Trees.Facts($"{facts}.json")["sha256"]!.GetValue<string>());
        var tree = TreeFactsReader.Read(FlattenedTree.Read(bytes), set == "armhf-6.1" ? TreeArchitecture.Arm : TreeArchitecture.Arm64);
        var stated = tree.Devices.Single(known => known.Node.Path == path);
        var shipped = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", $"{board}.yaml")).Devices.Single(known => known.Name == device);

        Assert.Equal(stated.IsTranslated, shipped.IsTranslated);
        Assert.Equal(stated.IsCoherent, shipped.Coherent);
        if (stated.IsTranslated)
        {
            // Behind an IOMMU only the end of the windows counts, and only where the mask goes beyond it.
            Assert.True(!stated.Windows.Applies || shipped.HighestAddress <= stated.Windows.Limit);
        }
        else
        {
            Assert.Equal(
                stated.IsOnMbus
                    ? new DmaWindows(new DmaWindow(SunxiMbus.Start(tree.Tree.Root), 0, SunxiMbus.SizeBytes))
                    : new(stated.Windows.Windows.Select(window => new DmaWindow(window.Cpu!.Value, window.Bus, window.SizeBytes))),
                shipped.Windows);
        }
    }
}
