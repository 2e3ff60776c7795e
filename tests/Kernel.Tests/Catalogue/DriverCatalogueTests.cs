using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.Catalogue;

/// <summary>The catalogue of drivers, and the kernel's source that it cites.</summary>
public sealed partial class DriverCatalogueTests(KernelSource source) : IClassFixture<KernelSource>
{
    private static readonly string[] _classes =
    [
        "gpu", "display", "camera", "codec", "isp", "blitter", "jpeg", "npu", "storage", "ethernet", "wireless", "usb", "usb-glue", "dma-engine", "crypto", "pci-host",
        "remoteproc", "iommu",
    ];

    /// <summary>GPUs whose drivers know bytes alone: what lies in a buffer is between the program and the GPU.</summary>
    private static readonly string[] _knowBytes = ["etnaviv", "lima", "panfrost", "panthor", "powervr", "v3d"];

    [Fact]
    public void Names_modules_and_strings_belong_to_one_driver()
    {
        AssertUnique(DriverCatalogue.All.Select(driver => driver.Name));
        AssertUnique(DriverCatalogue.All.SelectMany(driver => driver.Modules));
        AssertUnique(DriverCatalogue.All.SelectMany(driver => driver.Compatible));
    }

    /// <summary>The one table of strings and the drivers say the same: no string is of a driver that is not there, or of a module that is not its driver's.</summary>
    [Fact]
    public void A_string_is_of_a_driver_of_the_catalogue_and_of_one_of_its_modules()
    {
        AssertUnique(KnownCompatible.All.Select(known => known.Text));
        Assert.All(KnownCompatible.All, known => Assert.Contains(known.Class, _classes.Append("audio")));
        Assert.All(KnownCompatible.All.Where(known => known.Driver is not null), known => Assert.Contains(known.Module, DriverCatalogue.Named(known.Driver!)!.Modules));
        Assert.All(
            KnownCompatible.All.Where(known => known.Driver is null && known.Class != "audio"), known => Assert.Null(DriverCatalogue.OfModule(known.Module.Trim('(', ')'))));
    }

    [Fact]
    public void Drivers_are_complete() => Assert.All(DriverCatalogue.All, driver =>
    {
        Assert.Contains(driver.Class, _classes);
        Assert.NotEmpty(driver.Modules);
        Assert.True(driver.Compatible.Length + driver.Pci.Length > 0 || driver.Virtio is not null, driver.Name);
        Assert.Equal(driver.Pci.Length > 0, driver.PciAt is not null);
        AssertUnique(driver.Limits.Select(limit => limit.Key));
    });

    [Fact]
    public void Limits_are_what_boards_say() => Assert.All(
        DriverCatalogue.All.SelectMany(driver => driver.Chips.Select(chip => driver.LimitsOf(chip.Compatible)).Append(driver.Limits).Select(limits => (Driver: driver, Limits: limits)))
            .Where(of => of.Limits.Length > 0),
        of =>
        {
            var keys = of.Limits.Select(limit => $"{limit.Key}: {limit.Value}");
            if (!of.Driver.IsOfIommus)
            {
                Assert.Equal(of.Driver.Name, DeviceFile.Parse($"name: {of.Driver.Name}\n{string.Join("\n", keys)}", "device", new(
                    "b", "b", [new("ram", Model.Memory.MemoryKind.System, new(0x100, 64))], [])).Name);
                return;
            }

            var last = of.Limits.Any(limit => limit.Key == "last") ? string.Empty : "\n    last: 0xffffffff";
            var iommu = $"iommus:\n  - name: mmu\n    first: 0x0{last}\n    {string.Join("\n    ", keys)}\n    source: here";
            Assert.Single(BoardFile.Parse(
                $"name: b\ntitle: b\nmemory:\n  - name: ram\n    kind: system\n    start: 0x0\n    size: 1GiB\n    source: here\n{iommu}\ndevices:\n  - name: d\n    driver: d\n    iommu: mmu", "b").Stages);
        });

    [Fact]
    public void Limits_of_chips_are_of_strings_of_the_driver_each_once() => Assert.All(DriverCatalogue.All, driver =>
    {
        AssertUnique(driver.Chips.SelectMany(chip => chip.Compatible));
        Assert.Empty(driver.Chips.SelectMany(chip => chip.Compatible).Except(driver.Compatible));
        Assert.All(driver.Chips, chip => AssertUnique(chip.Limits.Select(limit => limit.Key)));
    });

    [Fact]
    public void A_chip_has_its_own_limits_and_those_of_all_chips()
    {
        var driver = DriverCatalogue.Named("rockchip-iommu")!;

        Assert.Equal(
            [("output_limit", "0xffffffffff"), ("last", "0xffffffff"), ("granule", "0x1000")],
            driver.LimitsOf(["rockchip,rk3588-iommu", "rockchip,rk3568-iommu"]).Select(limit => (limit.Key, limit.Value)));
        Assert.Equal(["last", "granule"], driver.LimitsOf(["nobody,knows-this"]).Select(limit => limit.Key));
    }

    [Theory]
    [InlineData("fsl,imx6q-ipu", "imx-drm")]
    [InlineData("brcm,2711-v3d", "v3d")]
    [InlineData("qcom,sdhci-msm-v5", "sdhci")]
    public void A_device_has_the_driver_of_its_first_known_string(string compatible, string driver) =>
        Assert.Equal(driver, DriverCatalogue.OfCompatible(["nobody,knows-this", compatible])?.Name);

    [Fact]
    public void The_first_known_string_decides_even_when_its_driver_is_not_in_the_catalogue()
    {
        Assert.Null(KnownCompatible.Of(["brcm,bcm2835-i2s"])!.Driver);
        Assert.Null(DriverCatalogue.OfCompatible(["brcm,bcm2835-i2s", "fsl,imx6q-ipu"]));
    }

    [Theory]
    [InlineData("144d", "a808", "010802", "nvme")]
    [InlineData("8086", "7d1d", "120000", "ivpu")]
    [InlineData("1002", "9802", "030000", "radeon")]
    [InlineData("1002", "744c", "030000", "amdgpu")]
    [InlineData("8086", "9a49", "030000", null)]
    [InlineData("ffff", "ffff", "ff0000", null)]
    public void A_PCI_device_has_the_driver_that_lists_it_before_that_of_its_class_and_none_of_two(string vendor, string device, string @class, string? driver) =>
        Assert.Equal(driver, DriverCatalogue.OfPci(vendor, device, @class)?.Name);

    [Fact]
    public void A_virtio_device_has_the_driver_of_its_kind()
    {
        AssertUnique(DriverCatalogue.All.Select(driver => driver.Virtio).OfType<int>().Select(kind => $"{kind}"));
        Assert.Equal("virtio-gpu", DriverCatalogue.OfVirtio(16)?.Name);
        Assert.Null(DriverCatalogue.OfVirtio(255));
    }

    [Fact]
    public void Modules_are_found_by_either_spelling()
    {
        Assert.Equal("imx-sdma", DriverCatalogue.OfModule("imx-sdma")?.Name);
        Assert.Equal("imx-sdma", DriverCatalogue.OfModule("imx_sdma")?.Name);
        Assert.Null(DriverCatalogue.OfModule("nothing"));
    }

    /// <summary>Each cited line is there and says the value. The source is that of Debian's package <c>linux-source-6.12</c>.</summary>
    [Fact]
    public void Each_citation_says_the_value()
    {
        Assert.SkipWhen(source.Missing is not null, source.Missing ?? string.Empty);
        Assert.All(DriverCatalogue.All.SelectMany(driver => driver.Limits.Concat(driver.Chips.SelectMany(chip => chip.Limits))), AssertSays);
    }

    /// <summary>A driver's string stands in its file; PrimeCells are known by their numbers, so theirs are there by the file alone.</summary>
    [Fact]
    public void Each_string_of_a_driver_is_in_its_source()
    {
        Assert.SkipWhen(source.Missing is not null, source.Missing ?? string.Empty);
        Assert.Empty(KnownCompatible.All
            .Where(known => known.Driver is not null && known.Source.Length > 0 && !known.Text.StartsWith("arm,pl", StringComparison.Ordinal) && !source.Has(known.Source, $"\"{known.Text}\""))
            .Select(known => known.Text));
    }

    /// <summary>A device is in the table that is cited, a class too; or the table has macros that have them.</summary>
    [Fact]
    public void Each_PCI_device_is_in_the_table_of_its_driver()
    {
        Assert.SkipWhen(source.Missing is not null, source.Missing ?? string.Empty);
        var missing = new List<string>();
        foreach (var driver in DriverCatalogue.All.Where(driver => driver.Pci.Length > 0))
        {
            Assert.Contains("struct pci_device_id", source.Line(driver.PciAt!), StringComparison.Ordinal);
            var numbers = source.NumbersOfTable(driver.PciAt!);
            bool Has(string digits, int shift = 0) => numbers.Contains(ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << shift);
            foreach (var match in driver.Pci)
            {
                missing.AddRange(match.Vendor is null || Has(match.Vendor) ? [] : [$"{driver.PciAt}: vendor {match.Vendor}"]);
                missing.AddRange(match.Devices.Where(device => !Has(device)).Select(device => $"{driver.PciAt}: device {device}"));
                missing.AddRange(match.Class is null || Has(match.Class) || Has(match.Class, 8) || Has(match.Class, 16) ? [] : [$"{driver.PciAt}: class {match.Class}"]);
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void Each_need_is_on_the_line_that_is_cited()
    {
        Assert.SkipWhen(source.Missing is not null, source.Missing ?? string.Empty);
        Assert.All(DriverCatalogue.All.SelectMany(driver => driver.Needs), need =>
        {
            AssertSays(need.At, need.Says);
            Assert.True(Means(need), $"{need.At}: {need.Says} is not {need.Value}");
        });
    }

    /// <summary>Formats are those of the cited lines, all of them and no others.</summary>
    [Fact]
    public void Formats_are_those_of_the_lines_that_are_cited()
    {
        Assert.SkipWhen(source.Missing is not null, source.Missing ?? string.Empty);
        Assert.All(
            DriverCatalogue.All.SelectMany(driver => driver.Formats),
            formats => Assert.Equal(source.Lines(formats.At).SelectMany(line => Format().Matches(line)).Select(format => format.Groups[1].Value).Distinct(), formats.Names));
    }

    [Fact]
    public void Displays_codecs_cameras_and_GPUs_tell_a_need_or_formats_unless_they_know_bytes_alone() => Assert.Equal(
        _knowBytes.Order(StringComparer.Ordinal),
        DriverCatalogue.All.Where(driver => driver.Class is "gpu" or "display" or "codec" or "camera" && driver.Needs.IsEmpty && driver.Formats.IsEmpty).Select(driver => driver.Name));

    private void AssertSays(CatalogueLimit limit)
    {
        AssertSays(limit.At, limit.Says);
        Assert.True(Means(limit), $"{limit.At}: {limit.Says} is not {limit.Value}");
    }

    private void AssertSays(string at, string says)
    {
        var line = source.Line(at);
        var start = line.IndexOf(says, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{at} does not say {says}");
        Assert.False(GoesOn().IsMatch(line[(start + says.Length)..]), $"{at} says more than {says}: {line}");
    }

    /// <summary>Whether what stands there is the number: itself, a power of two, or the bits that must be zero; for no padding that the stride must be that of the pixels.</summary>
    private static bool Means(CatalogueNeed need) =>
        need.Key == "stride_padding_max" ? need is { Value: 0, Refuses: true } && Compared().IsMatch(need.Says)
        : Power().Match(need.Says) is { Success: true } power ? need.Value == 1ul << int.Parse(power.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : Bits().Match(need.Says) is { Success: true } bits ? need.Value == ulong.Parse(bits.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1
        : BitsTo().Match(need.Says) is { Success: true } to ? need.Value == 1ul << (int.Parse(to.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1)
        : PitchMask().Match(need.Says) is { Success: true } mask ? need.Value == ulong.Parse(mask.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1
        : LastNumber().Match(need.Says) is { Success: true } number && need.Value == ulong.Parse(number.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>Whether what stands there is the value: a number of the kernel's, in one of its ways to write them, or for <c>contiguous</c> what asks for one range.</summary>
    private static bool Means(CatalogueLimit limit)
    {
        if (limit.Key == "own_area")
        {
            return limit is { Value: "true", Says: "of_reserved_mem_device_init" };
        }

        if (limit.Key == "contiguous")
        {
            return limit is { Value: "true", Says: "DRM_GEM_DMA_DRIVER_OPS" or "vb2_dma_contig_memops" or "drm_prime_get_contiguous_size" or "drm_gem_dma_prime_import_sg_table" or "nents > 1" };
        }

        var value = limit.Value.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.Parse(limit.Value[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.Parse(limit.Value, CultureInfo.InvariantCulture);
        return limit.Says switch
        {
            "UINT_MAX" or "U32_MAX" => value == uint.MaxValue,
            var says when Product().IsMatch(says) => value == says.Split(" * ").Select(factor => ulong.Parse(factor.TrimEnd('u'), CultureInfo.InvariantCulture)).Aggregate((all, factor) => all * factor),
            "(1ULL << 32) - 1" or "u32 pa" or "u32 sysmmu_iova_t" => value == uint.MaxValue,
            // What MediaTek's IOMMUs leave of 4 GiB.
            "(SZ_4G - SZ_8M)" => value == SizeOf("4", "G") - SizeOf("8", "M") - 1,
            var says when limit.Key is "last" or "output_limit" or "dma_mask" && Width().Match(says) is { Success: true } width => value == MaskOf(int.Parse(width.Groups[1].ValueSpan, CultureInfo.InvariantCulture)),
            var says when TopBit().Match(says) is { Success: true } top => value == MaskOf(int.Parse(top.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 1),
            var says when Order().Match(says) is { Success: true } order => value == 1ul << int.Parse(order.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            var says when End().Match(says) is { Success: true } end => value == ulong.Parse(end.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - 1,
            var says when Mask().Match(says) is { Success: true } mask => value == MaskOf(int.Parse(mask.Groups[1].ValueSpan, CultureInfo.InvariantCulture)),
            var says when MaskBits().Match(says) is { Success: true } bits => value == MaskOf(int.Parse(bits.Groups[1].ValueSpan, CultureInfo.InvariantCulture)),
            var says when says.EndsWith("~0", StringComparison.Ordinal) => value == ulong.MaxValue,
            var says when Size().Match(says) is { Success: true } size => value == SizeOf(size.Groups[1].Value, size.Groups[2].Value) - (size.Groups[3].Success
                ? ulong.Parse(size.Groups[3].ValueSpan, CultureInfo.InvariantCulture) : 0),
            var says when Number().Match(says) is { Success: true } number => value == (number.Groups[1].Success
                ? ulong.Parse(number.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : ulong.Parse(number.Groups[2].ValueSpan, CultureInfo.InvariantCulture)),
            _ => false,
        };
    }

    private static ulong MaskOf(int bits) => bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;

    private static ulong SizeOf(string number, string unit) =>
        ulong.Parse(number, CultureInfo.InvariantCulture) << (unit == "K" ? 10 : unit == "M" ? 20 : 30);

    private static void AssertUnique(IEnumerable<string> names) => Assert.Empty(names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key));

    /// <summary>What makes another number of the one before it.</summary>
    [GeneratedRegex(@"^(?: ?(?:[*+]|-[^>]|<<|>>)|\d)")]
    private static partial Regex GoesOn();

    [GeneratedRegex(@"^\d+u?(?: \* \d+)+$")]
    private static partial Regex Product();

    /// <summary>A format that is no modifier.</summary>
    [GeneratedRegex(@"\b(?:DRM_FORMAT|V4L2_PIX_FMT)_(?!MOD_)(\w+)")]
    private static partial Regex Format();

    [GeneratedRegex(@" & ~?0x([0-9a-f]+)$")]
    private static partial Regex Bits();

    [GeneratedRegex(@"!= mode_cmd->pitches\[0\]$|pitches\[0\] != ")]
    private static partial Regex Compared();

    [GeneratedRegex(@"ALIGN_[WH] (\d)$")]
    private static partial Regex Power();

    [GeneratedRegex(@" & GENMASK\((\d+), 0\)$")]
    private static partial Regex BitsTo();

    [GeneratedRegex(@"pitch_mask = (?:align_large \? )?(\d+)$")]
    private static partial Regex PitchMask();

    [GeneratedRegex(@"(?:\b|SZ_)(\d+)\)?$")]
    private static partial Regex LastNumber();

    [GeneratedRegex(@"^DMA_BIT_MASK\((\d+)\)$")]
    private static partial Regex Mask();

    [GeneratedRegex(@"^(?:[io]as = |num_address_bits = |\w+\)? [?:] )(\d+)$")]
    private static partial Regex Width();

    [GeneratedRegex(@"^GENMASK\((\d+), \d+\)$")]
    private static partial Regex TopBit();

    [GeneratedRegex(@"(?:ORDER|SHIFT|size_bits =) (\d+)$")]
    private static partial Regex Order();

    [GeneratedRegex(@"^0x([0-9a-f]+) - 1$")]
    private static partial Regex End();

    [GeneratedRegex(@"(?:DMA_BIT|DMA_MASK|dma_bits =|iommu_bit =) (\d+)$")]
    private static partial Regex MaskBits();

    [GeneratedRegex(@"SZ_(\d+)([KMG])(?: - (\d+))?$")]
    private static partial Regex Size();

    [GeneratedRegex(@"(?:0[xX]([0-9a-fA-F]+)|(\d+))$")]
    private static partial Regex Number();
}
