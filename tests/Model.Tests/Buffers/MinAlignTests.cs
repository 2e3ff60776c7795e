using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Copies that keep low bits of the address (dma_set_min_align_mask; kernel/dma/swiotlb.c).</summary>
public sealed class MinAlignTests
{
    [Fact]
    public void A_copy_keeps_the_low_bits_that_its_device_asks_for() =>
        Gen.Select(Gen.Int[0, 17], Gen.ULong[0, 64], Gen.ULong[1, 24], Gen.ULong[0, 40]).Sample((bits, poolFirst, pages, before) =>
        {
            var mask = (1u << bits) - 1;
            var board = Board.Create(new(
                "board",
                "A board",
                [new("pool", MemoryKind.Bounce, new(0x100 + poolFirst, 256)), new("high", MemoryKind.System, new(0x100000, 4096), 8, 1)],
                [new("disk", new(uint.MaxValue, 0, 0)) { MinAlignMask = mask }])).Value;
            var policy = ExporterPolicy.Default with { Constraints = ConstraintModel.None, Bouncing = true };
            foreach (var (name, size) in new[] { ("before", before * 4096), ("frame", pages * 4096) }.Where(buffer => buffer.Item2 != 0))
            {
                board = board.Export(new(name, size) { Policy = policy }).Next;
                board = board.Execute(name, new DmaCommand.Attach("a", "disk")).Next;
                board = board.Execute(name, new DmaCommand.Map("m", "a", DmaDirection.ToDevice)).Next;
            }

            board.AssertInvariants();
            var mapping = board.Buffer("frame")!.Mappings.SingleOrDefault();
            Assert.True(mapping is not null || bits > 12 || before != 0);
            Assert.All(mapping?.Mapped!.Bounces ?? [], bounce =>
                Assert.Equal(mapping!.ToTable().Entries[bounce.Entry].Address.Value & mask, bounce.Address.Value & mask));
        });

    [Fact]
    public void Check_refuses_with_EINVAL_a_mask_with_holes()
    {
        var disk = new Device("disk", null) { MinAlignMask = 0xffe };

        Assert.Equal((Errno.EINVAL, "disk", "MinAlignMask"), (disk.Check()!.Errno, disk.Check()!.Importer, disk.Check()!.Field));
        Assert.Null((disk with { MinAlignMask = 0xfff }).Check());
    }
}
