using System.Collections.Immutable;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Analysis.Tests.Advising;

/// <summary>A piece of advice carried out on a board, with nothing but the board's commands.</summary>
/// <param name="Request">Who shares what.</param>
/// <param name="Exporter">The device that exports, or null.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names.</param>
internal sealed record TrialRun(AdviceRequest Request, string? Exporter, AllocatesFor Allocates, ImmutableArray<string> Memory)
{
    /// <summary>What the exporter does with importers that its list does not suit.</summary>
    public LateAttach LateAttach { get; init; }

    /// <summary>The first refusal, or what goes wrong silently that should not; null when everybody is served.</summary>
    /// <param name="order">The importers.</param>
    /// <param name="attachedFirst">How many attach before the first map.</param>
    public string? Trouble(IEnumerable<string> order, int attachedFirst)
    {
        ImmutableArray<string> devices = [.. order.OrderBy(device => Allocates != AllocatesFor.ForItself || device != Exporter)];
        var board = Board.Create(Request.Board).Value;
        (board, var exported) = board.Export(new("shared", Request.SizeBytes, Exporter)
        {
            Memory = new(Memory),
            Lines = Request.Lines,
            Policy = new()
            {
                Constraints = ConstraintModel.Translated,
                Bouncing = true,
                LateAttach = LateAttach,
                Allocation = Allocates switch
                {
                    AllocatesFor.ForItself => AllocationTime.AtFirstAttach,
                    AllocatesFor.ForNobody => AllocationTime.AtExport,
                    _ => AllocationTime.AtFirstMap,
                },
            },
        });
        IEnumerable<DmaCommand> commands =
        [
            .. Allocates == AllocatesFor.ForItself ? [new DmaCommand.Attach(Exporter!, Exporter!)] : Array.Empty<DmaCommand>(),
            .. devices.Take(attachedFirst).Select(Attach),
            .. devices.Take(attachedFirst).Select(Map),
            .. devices.Skip(attachedFirst).SelectMany(device => (DmaCommand[])[Attach(device), Map(device)]),
        ];
        var refusal = exported.Refusal;
        foreach (var command in commands.TakeWhile(_ => refusal is null))
        {
            (board, var reply) = board.Execute("shared", command);
            refusal = reply.Refusal;
        }

        board.AssertInvariants();
        return refusal?.Reason ?? board.Buffer("shared")!.Hazards.FirstOrDefault(hazard => hazard.Kind != HazardKind.StaleSnoop)?.Reason;
    }

    private static DmaCommand Attach(string device) => new DmaCommand.Attach(device, device);

    private static DmaCommand Map(string device) => new DmaCommand.Map(device, device, DmaDirection.Bidirectional);
}
