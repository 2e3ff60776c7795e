using CsCheck;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Drawing;

/// <summary>In no picture does anything lie on, stick out of or run through anything else.</summary>
public sealed class TidyPictureTests
{
    private static readonly Gen<string> _anyName = Gen.Select(
        Gen.Int[1, 63], Gen.Char["abcmwWM019.-"].Array[63], (length, name) => $"d{new string(name)}"[..length]);

    // Escapes, zero width, turned direction, new lines, halves of pairs: pictures show what nobody checked, too.
    private static readonly Gen<string> _hostile = Gen.Char["ab \0\u001b\u009b\u200d\u202e\u2066\ufeff\u2028\n\t\ud83d"]
        .Array[1, 63].Select(text => new string(text));

    private static readonly Gen<string> _anyShown = Gen.OneOf(_anyName, _hostile);

    private static readonly Gen<string> _anyText = Gen.OneOf(
        Gen.Char["ab wM漢字é"].Array[0, 400].Select(text => new string(text)), _anyName, _hostile, Gen.Const(new string('W', 500)));

    private static readonly Gen<BoardDefinition> _anyBoard = Gen.Select(
        Gen.Select(_anyShown, _anyText),
        Gen.Select(_anyShown, Gen.Int[-1, 3], Gen.Int[-1, 3], Gen.UInt, Gen.UInt, Gen.Bool, Gen.Bool).Array[1, 40],
        Gen.Select(_anyShown, Gen.Int[-1, 5], Gen.Bool, Gen.Enum<MemoryKind>()).Array[1, 20],
        _anyShown.Array[4],
        (named, devices, memory, stages) => new BoardDefinition(
            named.Item1,
            named.Item2,
            [
                .. memory.Select((region, index) => new MemoryRegionLayout(region.Item1, region.Item4, new PageExtent((ulong)index << 30, 1 << 20))
                {
                    Device = region.Item2 < 0 || region.Item2 >= devices.Length ? null : devices[region.Item2].Item1,
                    PeerBus = region.Item3 ? "pcie" : null,
                }),
            ],
            [
                .. devices.Select(device => new Device(device.Item1, new DeviceDmaParameters(device.Item4, device.Item5, uint.MaxValue))
                {
                    Iommu = device.Item2 < 0 ? null : stages[device.Item2],
                    BusMmu = device.Item3 < 0 ? null : stages[device.Item3],
                    RequiresContiguous = device.Item6,
                    PeerToPeer = device.Item7,
                    PeerBus = device.Item7 ? "pcie" : null,
                    DmaMask = ulong.MaxValue,
                }),
            ]));

    public static TheoryData<string> Scenarios => ShippedFiles.Scenarios;

    public static TheoryData<string> Boards => ShippedFiles.Boards;

    [Theory, MemberData(nameof(Boards))]
    public void Shipped_boards_are_tidy(string name) => new Drawn(TopologyPicture.Draw(BoardFile.Read(ShippedFiles.Board(name)))).IsTidy();

    [Fact]
    public void Boards_of_any_names_and_any_paths_are_tidy() => _anyBoard.Sample(board => new Drawn(TopologyPicture.Draw(board)).IsTidy(), iter: 200);

    [Fact]
    public void Pictures_of_the_pages_are_tidy_and_drawn_anew()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "pictures");
        var pictures = Directory.GetFiles(folder, "*.svg");
        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture => new Drawn(File.ReadAllText(picture)).IsTidy());

        // As 'dmagrains board show figures --svg docs/pictures/figures.svg' writes it.
        Assert.Equal(
            TopologyPicture.Draw(BoardFile.Read(ShippedFiles.Board("figures"))).Trim(), File.ReadAllText(Path.Combine(folder, "figures.svg")).Trim());
    }

    [Theory, MemberData(nameof(Scenarios))]
    public async Task Memory_of_shipped_scenarios_is_tidy(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));
        var engine = ModelEngine.Create(scenario.Board).Value;
        await ScenarioRunner.PlayAsync(scenario, engine, TestContext.Current.CancellationToken);

        new Drawn(MemoryPicture.Draw(name, scenario.Shows, engine.Fullest)).IsTidy();
    }

    [Fact]
    public void Memory_of_any_buffers_is_tidy_and_no_two_are_painted_alike() =>
        Gen.Select(Gen.Int[1, 120], Gen.OneOf(_anyName, _hostile.Select(text => HarmlessText.Cut(text, 10))), _anyText, _anyName).Sample(
            (count, prefix, text, region) =>
            {
                var held = HeldBy(count, region, number => $"{prefix[..Math.Min(prefix.Length, 58)]}{number}");

                var drawn = new Drawn(MemoryPicture.Draw(text, text, held));

                drawn.IsTidy();
                var legend = drawn.Boxes.Where(box => box.HasBorder && Math.Abs(box.Area.Right - box.Area.Left - 12) < 0.1).Select(box => box.Fill).ToList();
                Assert.True(legend.Count >= count + 2);
                Assert.Equal(legend.Count, legend.Distinct().Count());
            },
            iter: 8);

    [Fact]
    public void A_thousand_buffers_are_painted_differently()
    {
        var fills = Enumerable.Range(0, 1000).Select(number => Paint.Of(number).Fill).ToList();

        Assert.Equal(fills.Count, fills.Distinct().Count());
    }

    [Fact]
    public void Buffers_are_in_the_order_in_which_people_count()
    {
        var texts = new Drawn(MemoryPicture.Draw("a", "b", HeldBy(12, "ram", number => $"f{number}"))).Texts;

        Assert.Equal(
            Enumerable.Range(1, 12).Select(number => $"f{number}"),
            texts.Where(text => text.StartsWith('f') && text.Contains(": ", StringComparison.Ordinal)).Select(text => text.Split(':')[0]));
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("2", "10")]
    [InlineData("frame-2", "frame-10")]
    [InlineData("frame-2b", "frame-10a")]
    [InlineData("frame-9", "frame-09")]
    [InlineData("a", "a1")]
    [InlineData("a1", "b")]
    [InlineData("", "a")]
    public void Names_are_ordered_by_the_numbers_in_them(string first, string second)
    {
        Assert.True(NaturalOrder.Of.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Of.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Of.Compare(first, first));
    }

    [Fact]
    public void Names_have_one_order() => Gen.Char["01a9"].Array[0, 4].Select(name => new string(name)).Array[3].Sample(names =>
    {
        var sorted = names.Order(NaturalOrder.Of).ToList();
        Assert.Equal(sorted, names.Reverse().Order(NaturalOrder.Of));
        Assert.True(NaturalOrder.Of.Compare(sorted[0], sorted[2]) <= 0);
    });

    [Fact]
    public void Lines_of_a_text_are_the_text() => Gen.Select(_anyText, Gen.Double[1, 600], Gen.Bool).Sample((text, width, isHeading) =>
    {
        var lines = Lettering.Lines(text, width, isHeading);
        Assert.Equal(HarmlessText.Of(text), string.Concat(lines));
        Assert.All(lines, line => Assert.True(Lettering.WidthOf(line.TrimEnd(' '), isHeading) <= Math.Max(width, Lettering.WidthOf("漢", isHeading))));
    });

    [Fact]
    public void Orders_of_any_names_and_reasons_are_tidy()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("camera-gpu-display"));
        var explored = Exploration.Play(scenario, new ExplorationOptions(), null, TestContext.Current.CancellationToken);
        var report = Exploration.ReportOf(scenario, [], [explored]);
        new Drawn(OrdersPicture.Draw(report)).IsTidy();

        Gen.Select(_anyShown, _anyText, _anyText).Sample(
            (name, text, reason) => new Drawn(OrdersPicture.Draw(report with
            {
                Scenario = name,
                Board = text,
                Shows = text,
                Policies =
                [
                    .. report.Policies.Select(policy => policy with
                    {
                        Policy = name,
                        Failures =
                        [
                            .. policy.Failures.Select(failure => failure with
                            {
                                Reason = reason,
                                Importer = name,
                                Operation = text,
                                Order = [.. failure.Order.Select(step => step with { Operation = name, Importer = $"{name[..Math.Min(name.Length, 50)]}-{step.Importer}", Buffer = name })],
                            }),
                        ],
                    }),
                ],
            })).IsTidy(),
            iter: 50);
    }

    private static PhysicalMemory HeldBy(int count, string region, Func<int, string> nameOf)
    {
        var memory = PhysicalMemory.Create([new(region, MemoryKind.System, new PageExtent(0, 1 << 16))]).Value;
        foreach (var number in Enumerable.Range(1, count))
        {
            (memory, var reply) = memory.Allocate(new(new(nameOf(number), 0), 16 << 12, new(uint.MaxValue, uint.MaxValue, ulong.MaxValue), ulong.MaxValue, "gpu"));
            Assert.True(reply.IsGranted);
        }

        return memory;
    }
}
