using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Driving;

/// <summary>A board in a cluster that belongs to an experiment alone.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="definition">The board, under its name in the cluster.</param>
/// <param name="caller">The caller of all commands' ids.</param>
internal sealed class GrainBoard(IGrainFactory grains, BoardDefinition definition, string caller)
{
    private const int NamePartMax = 24;

    // Orleans reads the interface's attributes at each GetGrain, which costs a tenth of sending a command.
    private GrainReference? _someBuffer;

    /// <summary>How long after the loss of a silo gone buffers may still owe something; until then their board cannot be removed.</summary>
    public static TimeSpan DebtsArePaid { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Its name in the cluster.</summary>
    public string Name => definition.Name;

    /// <summary>The name of an experiment's board in a cluster, which nobody else uses.</summary>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="caller">The caller of the run's commands.</param>
    /// <param name="case">The case.</param>
    /// <param name="repetition">The repetition.</param>
    /// <param name="board">The board's index in the repetition.</param>
    public static string NameOf(string experiment, string caller, int @case, int repetition, int board) =>
        FormattableString.Invariant($"{experiment[..Math.Min(experiment.Length, NamePartMax)]}-{caller}.{@case}.{repetition}.{board}");

    /// <summary>Defines the board.</summary>
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

    /// <summary>Removes the board; may be repeated.</summary>
    /// <returns>Why it could not be removed; null when it is gone.</returns>
    public async Task<Refusal?> RemoveAsync(CancellationToken cancellation) =>
        await grains.GetBoard(Name).RemoveAsync(cancellation) is { Errno: not Errno.ENOENT } refusal ? refusal : null;
}
