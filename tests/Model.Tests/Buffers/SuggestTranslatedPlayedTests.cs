using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>A refusal that names the policy <c>translated</c> is right: under it the same commands are granted, and the device then maps.</summary>
public sealed class SuggestTranslatedPlayedTests
{
    private const string Said = "under the policy translated";

    private static readonly Gen<ulong> _alignment = OneOf<ulong>(0, 0, 0, 8192, 16384);

    // Pages of 4 KiB: up to 16 in the buffer.
    private static readonly Gen<Device> _behind = Gen.Select(
        Gen.UInt[0, 5],
        OneOf<uint>(0, 4096, 8192, 12288, 20480, uint.MaxValue),
        OneOf<ulong>(0, 0xfff, 0x1fff, 0x3fff, 0xffff),
        OneOf<ulong>(0x3fff, 0x7fff, 0xffff, 0xfffff, uint.MaxValue),
        Gen.Bool,
        _alignment,
        (count, size, mask, dmaMask, isLow, alignment) => new Device("behind", new(size, count, mask))
        {
            Iommu = isLow ? "low" : "mmu",
            DmaMask = dmaMask,
            Limits = default(ListLimits).With(ListLimit.AddressAlignment, alignment),
            OutputLimit = isLow ? uint.MaxValue : 0,
        });

    private static readonly Gen<Device> _direct = Gen.Select(
        Gen.UInt[0, 20], OneOf<uint>(4096, 8192, 12288, 65536), OneOf<ulong>(0, 0x1fffUL, 0xffff),
        _alignment,
        (count, size, mask, alignment) => new Device("direct", new(size, count, mask))
        {
            DmaMask = ulong.MaxValue,
            Limits = default(ListLimits).With(ListLimit.AddressAlignment, alignment),
        });

    private static readonly Gen<ImmutableArray<DmaCommand>> _commands = OneOf<ImmutableArray<DmaCommand>>(
        [Attach("behind"), Map("behind")],
        [Attach("behind"), Attach("direct"), Map("behind")],
        [Attach("direct"), Attach("behind"), Map("behind")],
        [Attach("direct"), Map("direct"), Attach("behind"), Map("behind")],
        [Attach("behind"), Attach("direct"), Map("direct"), Map("behind")]);

    [Fact]
    public void Under_translated_what_was_refused_is_granted_and_the_device_maps() => Gen.Select(
        Gen.ULong[1, 16], _behind, _direct, OneOf<ulong>(0, 2, 3, 5), _commands, Gen.Enum<AllocationTime>(), Gen.Select(OneOf(ListSharing.PerMap, ListSharing.Own), OneOf(LateAttach.RefuseStricter, LateAttach.Migrate)))
        .Sample((pages, behind, direct, every, commands, allocation, late) =>
        {
            var policy = new ExporterPolicy { Allocation = allocation, Lists = late.Item1, LateAttach = late.Item2 };
            var board = BoardOf(behind, direct, every);
            var (_, at, refusal) = Play(board, pages * Page.SizeBytes, policy, commands);
            if (refusal?.Reason.Contains(Said, StringComparison.Ordinal) != true)
            {
                return;
            }

            ImmutableArray<DmaCommand> again = [.. commands.TakeWhile(command => command != at), at!, Map("behind")];
            var (_, _, played) = Play(board, pages * Page.SizeBytes, policy with { Constraints = ConstraintModel.Translated }, again);

            // What memory has free, an attach does not know; the refusal of a map does. And storage may have to wait before it can move.
            var isShort = refusal.Errno == Errno.EINVAL && played is { Errno: Errno.ENOMEM, Importer: null };
            var isWaiting = late.Item2 == LateAttach.Migrate && played?.Errno == Errno.EAGAIN;
            Assert.True(played is null || isShort || isWaiting, $"refused {at}: {refusal}; played: {played}");
        }, iter: 10_000);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static (Board Board, DmaCommand? At, Refusal? Refusal) Play(Board board, ulong sizeBytes, ExporterPolicy policy, ImmutableArray<DmaCommand> commands)
    {
        board = board.Export(new(Frame, sizeBytes) { Policy = policy }).Next;
        foreach (var command in commands)
        {
            (board, var reply) = board.Execute(Frame, command);
            if (reply.Refusal is { } refusal)
            {
                return (board, command, refusal);
            }
        }

        return (board, null, null);
    }

    private static Board BoardOf(Device behind, Device direct, ulong every) => Board.Create(new(
        "board",
        "An MMU whose entries hold any address, and one whose entries do not",
        [
            new("first", MemoryKind.System, new(0x80, 32), every, every == 0 ? 0UL : 1),
            new("ram", MemoryKind.System, new(0x200000, 64), every, every == 0 ? 0UL : 1),
            new("cma", MemoryKind.Contiguous, new(0x300000, 8)),
        ],
        [behind, direct])
    {
        Stages =
        [
            new("mmu", new(new(0x1000), new(uint.MaxValue), 4096)),
            new("low", new(new(0x1000), new(uint.MaxValue), 4096)) { OutputLimit = uint.MaxValue },
        ],
    }).Value;
}
