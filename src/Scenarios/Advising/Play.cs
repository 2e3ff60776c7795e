using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Advising;

/// <summary>Plays a candidate on the pure board: no rule of its own, only the answers of the model.</summary>
internal static class Play
{
    /// <summary>What the shared buffer is called.</summary>
    public const string Frame = "frame";

    /// <summary>All attach, then all map.</summary>
    public static Played Of(Board board, AdviceRequest request, Candidate candidate, ImmutableArray<string> devices) =>
        InOrder(board, request, candidate, devices, devices.Length);

    /// <summary>Whether all are served when all attach, then all map; the board with everything mapped when they are, else null.</summary>
    public static Board? Serves(
        Board board, AdviceRequest request, Candidate candidate, ImmutableArray<string> devices, string buffer = Frame) =>
        InOrder(board, request, candidate, devices, devices.Length, buffer, true) is { Verdict: Verdict.Works } played ? played.Board : null;

    /// <summary>Exports, then the devices attach and map.</summary>
    /// <param name="board">Where.</param>
    /// <param name="request">What buffer.</param>
    /// <param name="candidate">How it is exported.</param>
    /// <param name="devices">The importers in their order. Where the exporter allocates for itself it attaches before all of them.</param>
    /// <param name="attachedFirst">How many attach before the first map; each that follows maps as soon as it has attached.</param>
    /// <param name="buffer">What the buffer is called.</param>
    /// <param name="stopsAtRefusal">Whether the first refusal is enough.</param>
    public static Played InOrder(
        Board board,
        AdviceRequest request,
        Candidate candidate,
        ImmutableArray<string> devices,
        int attachedFirst,
        string buffer = Frame,
        bool stopsAtRefusal = false)
    {
        var (next, exported) = board.Export(new(buffer, request.SizeBytes, candidate.Exporter)
        {
            Policy = PolicyOf(candidate, request),
            Memory = candidate.Memory,
            Lines = request.Lines,
        });
        if (exported.Refusal is { } refusal)
        {
            return new(board, null, [new(candidate.Exporter, "export", refusal)]);
        }

        var refused = ImmutableArray.CreateBuilder<RefusedImporter>();
        if (candidate is { Allocates: Allocating.ForItself, Exporter: { } exporter })
        {
            Execute(exporter, "attach", new DmaCommand.Attach(exporter, exporter));
            if (refused.Count != 0)
            {
                return new(next, next.Buffer(buffer), refused.ToImmutable());
            }
        }

        foreach (var device in devices.Take(attachedFirst))
        {
            Attach(device);
        }

        foreach (var device in devices.Take(attachedFirst))
        {
            Map(device);
        }

        foreach (var device in devices.Skip(attachedFirst))
        {
            Attach(device);
            Map(device);
        }

        return new(next, next.Buffer(buffer), refused.ToImmutable());

        void Attach(string device) => Execute(device, "attach", new DmaCommand.Attach(device, device));

        void Map(string device)
        {
            if (!refused.Any(earlier => earlier.Device == device))
            {
                Execute(device, "map", new DmaCommand.Map(device, device, DmaDirection.Bidirectional));
            }
        }

        void Execute(string device, string operation, DmaCommand command)
        {
            if (stopsAtRefusal && refused.Count != 0)
            {
                return;
            }

            (next, var reply) = next.Execute(buffer, command);
            if (reply.Refusal is { } refusal)
            {
                refused.Add(new(device, operation, refusal));
            }
        }
    }

    /// <summary>
    /// What allocating for somebody means as a policy. IOMMUs count for what they do (thread #6, #57), and pages out of reach are
    /// bounced, as the DMA API does without asking.
    /// </summary>
    private static ExporterPolicy PolicyOf(Candidate candidate, AdviceRequest request) => new()
    {
        Constraints = ConstraintModel.Translated,
        Bouncing = true,
        LateAttach = request.CutsForEach ? LateAttach.Resplit : LateAttach.RefuseStricter,
        Allocation = candidate.Allocates switch
        {
            Allocating.ForItself => AllocationTime.AtFirstAttach,
            Allocating.ForNobody => AllocationTime.AtExport,
            Allocating.ForAll => AllocationTime.AtFirstMap,
            _ => throw new ArgumentOutOfRangeException(nameof(candidate)),
        },
    };
}

/// <summary>An importer that did not get through.</summary>
/// <param name="Device">The device; null when nobody could have exported.</param>
/// <param name="Operation">export, attach or map.</param>
/// <param name="Refusal">Why not.</param>
internal sealed record RefusedImporter(string? Device, string Operation, Refusal Refusal);
