using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>Plays candidates for one buffer on the model's board. It has no rules of its own.</summary>
/// <param name="board">The board before the export.</param>
/// <param name="request">The request for the buffer; the importers are passed to each play.</param>
/// <param name="buffer">The buffer's name.</param>
internal sealed class CandidatePlay(Board board, AdviceRequest request, string buffer = CandidatePlay.Frame)
{
    /// <summary>The default name of the shared buffer.</summary>
    public const string Frame = "frame";

    /// <summary>The state before the importers, which is the same for all sets of them.</summary>
    private readonly Dictionary<Candidate, Played> _opened = [];

    /// <summary>The board before the export.</summary>
    public Board Board => board;

    /// <summary>All attach, then all map.</summary>
    public Played Of(Candidate candidate, ImmutableArray<string> devices) => InOrder(candidate, devices, devices.Length);

    /// <summary>Plays all attaches, then all maps; the board with everything mapped if nothing is refused, else null.</summary>
    public Board? Serves(Candidate candidate, ImmutableArray<string> devices) =>
        InOrder(candidate, devices, devices.Length, true) is { Verdict: Verdict.Works } played ? played.Board : null;

    /// <summary>Exports, then the devices attach and map.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="devices">The importers in order. An exporter that allocates for itself attaches before them.</param>
    /// <param name="attachedFirst">The number of importers that attach before the first map; later ones map right after they attach.</param>
    /// <param name="stopsAtRefusal">Whether to stop at the first refusal.</param>
    public Played InOrder(Candidate candidate, ImmutableArray<string> devices, int attachedFirst, bool stopsAtRefusal = false)
    {
        request.Cancellation.ThrowIfCancellationRequested();
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

/// <summary>A refused importer.</summary>
/// <param name="Device">The device; null when the export was refused.</param>
/// <param name="Operation">export, attach or map.</param>
/// <param name="Refusal">The refusal.</param>
internal sealed record RefusedImporter(string? Device, string Operation, Refusal Refusal);
