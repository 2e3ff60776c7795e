using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>Plays candidates for one buffer on the pure board: no rule of its own, only the answers of the model.</summary>
/// <param name="board">Where, before the buffer is exported.</param>
/// <param name="request">What buffer; who shares it is asked each time.</param>
/// <param name="buffer">What the buffer is called.</param>
internal sealed class CandidatePlay(Board board, AdviceRequest request, string buffer = CandidatePlay.Frame)
{
    /// <summary>What the shared buffer is called.</summary>
    public const string Frame = "frame";

    /// <summary>What comes before any other importer is the same whoever they are.</summary>
    private readonly Dictionary<Candidate, Played> _opened = [];

    /// <summary>The board before.</summary>
    public Board Board => board;

    /// <summary>All attach, then all map.</summary>
    public Played Of(Candidate candidate, ImmutableArray<string> devices) => InOrder(candidate, devices, devices.Length);

    /// <summary>Whether all are served when all attach, then all map; the board with everything mapped when they are, else null.</summary>
    public Board? Serves(Candidate candidate, ImmutableArray<string> devices) =>
        InOrder(candidate, devices, devices.Length, true) is { Verdict: Verdict.Works } played ? played.Board : null;

    /// <summary>Exports, then the devices attach and map.</summary>
    /// <param name="candidate">How it is exported.</param>
    /// <param name="devices">The importers in their order. Where the exporter allocates for itself it attaches before all of them.</param>
    /// <param name="attachedFirst">How many attach before the first map; each that follows maps as soon as it has attached.</param>
    /// <param name="stopsAtRefusal">Whether the first refusal is enough.</param>
    public Played InOrder(Candidate candidate, ImmutableArray<string> devices, int attachedFirst, bool stopsAtRefusal = false)
    {
        if (!_opened.TryGetValue(candidate, out var opened))
        {
            opened = Open(candidate);
            _opened.Add(candidate, opened);
        }

        if (!opened.Refused.IsEmpty)
        {
            return opened;
        }

        var next = opened.Board;
        var refused = ImmutableArray.CreateBuilder<RefusedImporter>();
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

    /// <summary>Exports; an exporter that allocates for itself attaches.</summary>
    private Played Open(Candidate candidate)
    {
        var (next, exported) = board.Export(new(buffer, request.SizeBytes, candidate.Exporter)
        {
            Policy = candidate.PolicyThat(request.CutsForEach),
            Memory = candidate.Memory,
            Lines = request.Lines,
        });
        if (exported.Refusal is { } unexported)
        {
            return new(board, null, [new(candidate.Exporter, "export", unexported)]);
        }

        if (candidate is not { Allocates: AllocatesFor.ForItself, Exporter: { } exporter })
        {
            return new(next, next.Buffer(buffer), []);
        }

        (next, var attached) = next.Execute(buffer, new DmaCommand.Attach(exporter, exporter));
        return new(next, next.Buffer(buffer), attached.Refusal is { } refusal ? [new(exporter, "attach", refusal)] : []);
    }
}

/// <summary>An importer that did not get through.</summary>
/// <param name="Device">The device; null when nobody could have exported.</param>
/// <param name="Operation">export, attach or map.</param>
/// <param name="Refusal">Why not.</param>
internal sealed record RefusedImporter(string? Device, string Operation, Refusal Refusal);
