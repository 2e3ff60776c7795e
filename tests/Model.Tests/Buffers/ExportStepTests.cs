using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>What an export asks, and in which order; boards and grains only answer.</summary>
public sealed class ExportStepTests
{
    private static readonly ImmutableArray<MemoryRegionLayout> _regions = [new("ram", MemoryKind.System, new PageExtent(0x100, 64))];
    private static readonly Device _gpu = new("gpu", null);

    private static readonly Gen<BufferExport> _any = Gen.Select(RandomPolicies.Any, Gen.Bool, Gen.Bool, (policy, byDevice, namesMemory) =>
        new BufferExport("frame", 4096, byDevice ? "gpu" : null) { Policy = policy, Memory = namesMemory ? new NameList("ram") : default });

    [Fact]
    public void Export_asks_for_regions_then_its_exporter_then_memory_and_for_what_its_policy_needs_only() => _any.Sample(export =>
    {
        string[] expected =
        [
            nameof(ExportQuestion.NeedsRegions),
            .. export is { Policy.Lists: ListSharing.Exporters, Exporter: not null } ? [nameof(ExportQuestion.NeedsExporter)] : (string[])[],
            .. export.Policy.Allocation == AllocationTime.AtExport ? [nameof(ExportQuestion.NeedsMemory)] : (string[])[],
        ];

        var (asked, exported) = Play(null, export);

        Assert.Equal(expected, asked);
        Assert.Equal(export.Policy.Lists == ListSharing.Exporters ? export.Exporter : null, exported.Value.Exporter?.Name);
        Assert.Equal(export.Policy.Allocation == AllocationTime.AtExport, exported.Value.Storage is not null);
    });

    [Fact]
    public void Repeat_asks_nothing_and_gives_the_same_buffer() => _any.Sample(export =>
    {
        var first = Play(null, export).Exported.Value;

        var (asked, again) = Play(first, export);

        Assert.Empty(asked);
        Assert.Same(first, again.Value);
    });

    [Fact]
    public void Repeat_of_an_export_that_was_cut_off_before_memory_answered_asks_memory_again()
    {
        var export = new BufferExport("frame", 4096) { Policy = NamedPolicies.Find("at-export")! };
        var regions = (ExportQuestion.NeedsRegions)BufferExports.Begin(null, export).Question!;
        var stored = ((ExportQuestion.NeedsMemory)regions.Answer(DmaResult.Grant(_regions)).Question!).Buffer;

        var (asked, again) = Play(stored, export);

        Assert.Equal([nameof(ExportQuestion.NeedsMemory)], asked);
        Assert.NotNull(again.Value.Storage);
    }

    [Fact]
    public void What_the_board_or_memory_refuses_is_the_answer()
    {
        var export = new BufferExport("frame", 4096) { Policy = NamedPolicies.Find("at-export")! };
        var (noBoard, full) = (Refusal.Of(Errno.ENOENT, "Board", "none"), Refusal.Of(Errno.ENOMEM, "Memory", "full"));
        var regions = (ExportQuestion.NeedsRegions)BufferExports.Begin(null, export).Question!;
        var memory = (ExportQuestion.NeedsMemory)regions.Answer(DmaResult.Grant(_regions)).Question!;

        Assert.Same(noBoard, regions.Answer(DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(noBoard)).Decided.Refusal);
        Assert.Same(full, memory.Answer(DmaResult.Refuse<BackingStorage>(full)).Decided.Refusal);
    }

    [Fact]
    public void Regions_are_of_those_who_may_export()
    {
        Assert.True(RegionsFor(null, null).IsGranted);
        Assert.True(RegionsFor("gpu", _gpu).IsGranted);
        Assert.Equal((Errno.ENODEV, "gpu"), PartsOf(RegionsFor("gpu", null)));
        Assert.Equal((Errno.EOPNOTSUPP, "gpu"), PartsOf(RegionsFor("gpu", _gpu with { NeverExports = true })));
    }

    [Fact]
    public void Undecided_export_has_no_outcome() =>
        Assert.Throws<InvalidOperationException>(() => BufferExports.Begin(null, new("frame", 4096)).Decided);

    private static DmaResult<ImmutableArray<MemoryRegionLayout>> RegionsFor(string? exporter, Device? device) =>
        BufferExports.Authorize(_regions, "frame", exporter, device, default);

    private static (Errno, string?) PartsOf(DmaResult<ImmutableArray<MemoryRegionLayout>> answer) => (answer.Refusal!.Errno, answer.Refusal.Importer);

    private static (List<string> Asked, DmaResult<DmaBuffer> Exported) Play(DmaBuffer? existing, BufferExport export)
    {
        var memory = PhysicalMemory.Create(_regions).Value;
        List<string> asked = [];
        var step = BufferExports.Begin(existing, export);
        while (step.Question is { } question)
        {
            asked.Add(question.GetType().Name);
            step = question switch
            {
                ExportQuestion.NeedsRegions ask => ask.Answer(BufferExports.Authorize(
                    _regions, export.Name, export.Exporter, export.Exporter is null ? null : _gpu, export.Memory)),
                ExportQuestion.NeedsExporter ask => ask.Answer(_gpu),
                ExportQuestion.NeedsMemory ask => ask.Answer(memory.Allocate(ask.Request).Reply),
                _ => throw new NotSupportedException(question.ToString()),
            };
        }

        return (asked, step.Decided);
    }
}
