using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Driving;

/// <summary>A board in a cluster that belongs to an experiment alone.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="definition">The board, under the name that it has there.</param>
/// <param name="caller">The caller of all commands' ids.</param>
internal sealed class GrainBoard(IGrainFactory grains, BoardDefinition definition, string caller)
{
    private const int NamePartMax = 24;

    // Orleans reads an interface's attributes each time that a grain is asked for by it: a tenth of what sending a command takes.
    private GrainReference? _someBuffer;

    /// <summary>After a lost silo, how soon buffers that are gone have given back what they owe; until then their board cannot be removed.</summary>
    public static TimeSpan DebtsArePaid { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Its name in the cluster.</summary>
    public string Name => definition.Name;

    /// <summary>The name of a board of an experiment in a cluster: nobody else's.</summary>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="caller">The caller of the run's commands.</param>
    /// <param name="case">The case.</param>
    /// <param name="repetition">The repetition.</param>
    /// <param name="board">Which board of it.</param>
    public static string NameOf(string experiment, string caller, int @case, int repetition, int board) =>
        FormattableString.Invariant($"{experiment[..Math.Min(experiment.Length, NamePartMax)]}-{caller}.{@case}.{repetition}.{board}");

    /// <summary>Makes it known.</summary>
    /// <exception cref="RefusedBoardException">The cluster refuses it.</exception>
    public async Task DefineAsync(CancellationToken cancellation)
    {
        if ((await grains.GetBoard(Name).DefineAsync(definition, cancellation)).Refusal is { } refusal)
        {
            throw new RefusedBoardException(refusal);
        }
    }

    /// <summary>Sends a command once.</summary>
    /// <returns>Why it was refused; null when it was granted.</returns>
    public async Task<Refusal?> SendAsync(BoardRequest request)
    {
        var buffer = GetBuffer(request.Buffer);
        var id = new CommandId(caller, request.Number);
        var reply = request.Command is { } command
            ? await buffer.ExecuteAsync(command with { Id = id })
            : await buffer.ExportAsync(request.Export! with { Id = id });
        return reply.Refusal;
    }

    private IDmaBufferGrain GetBuffer(string buffer)
    {
        if (_someBuffer is { } known)
        {
            return (IDmaBufferGrain)grains.GetGrain(GrainId.Create(known.GrainId.Type, GrainKeys.OfBuffer(Name, buffer)), known.InterfaceType);
        }

        var found = grains.GetBuffer(Name, buffer);
        _someBuffer = found as GrainReference;
        return found;
    }

    /// <summary>Removes it; again when it is gone already.</summary>
    /// <returns>Why it is still there; null when it is gone.</returns>
    public async Task<Refusal?> RemoveAsync(CancellationToken cancellation) =>
        await grains.GetBoard(Name).RemoveAsync(cancellation) is { Errno: not Errno.ENOENT } refusal ? refusal : null;
}
