using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using Orleans.Serialization.Invocation;

namespace DmaGrains.Testing;

/// <summary>Notes every command that buffers of a silo deal with, before the caller gets the reply.</summary>
internal sealed class CommandWatch(EventLog events, int silo) : IIncomingGrainCallFilter
{
    private static readonly ImmutableArray<DmaCommand?> _export = [null];

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IDmaBufferGrain || CommandsOf(context.Request) is not { IsEmpty: false } commands)
        {
            await context.Invoke();
            return;
        }

        var key = context.TargetId.Key.ToString()!;
        var (board, buffer) = (GrainKeys.BoardOf(key), GrainKeys.NameOf(key));
        try
        {
            await context.Invoke();
        }
        catch (Exception exception)
        {
            foreach (var command in commands)
            {
                events.Add(new ClusterEvent.Failed(board, buffer, command, silo, exception));
            }

            throw;
        }

        foreach (var (command, reply) in commands.Zip(RepliesOf(context.Result)))
        {
            events.Add(reply.TryGetValue(out var granted)
                ? new ClusterEvent.Granted(board, buffer, command, silo, granted)
                : new ClusterEvent.Refused(board, buffer, command, silo, reply.Refusal!));
        }
    }

    private static ImmutableArray<DmaResult<DmaReply>> RepliesOf(object? result) => result switch
    {
        DmaResult<DmaReply> reply => [reply],
        ImmutableArray<DmaResult<DmaReply>> replies => replies,
        _ => [],
    };

    /// <summary>The commands of a call; none for what changes nothing.</summary>
    private static ImmutableArray<DmaCommand?> CommandsOf(IInvokable call) => call.GetMethodName() switch
    {
        nameof(IDmaBufferGrain.ExportAsync) => _export,
        nameof(IDmaBufferGrain.ExecuteAsync) =>
            call.GetArgument(0) is ImmutableArray<DmaCommand> { IsDefault: false } batch ? [.. batch] : [],
        nameof(IDmaBufferGrain.AttachAsync) => [new DmaCommand.Attach(Name(call, 0), Name(call, 1))],
        nameof(IDmaBufferGrain.DetachAsync) => [new DmaCommand.Detach(Name(call, 0))],
        nameof(IDmaBufferGrain.MapAttachmentAsync) =>
            [new DmaCommand.Map(Name(call, 0), Name(call, 1), Direction(call, 2)) { Options = (MapOptions)call.GetArgument(3)! }],
        nameof(IDmaBufferGrain.MapRawAsync) =>
            [new DmaCommand.MapRaw(Name(call, 0), Name(call, 1), Direction(call, 2)) { Options = (MapOptions)call.GetArgument(3)! }],
        nameof(IDmaBufferGrain.UnmapAttachmentAsync) => [new DmaCommand.Unmap(Name(call, 0))],
        nameof(IDmaBufferGrain.GetScatterlistAsync) => [new DmaCommand.GetScatterlist(Name(call, 0), Name(call, 1))],
        nameof(IDmaBufferGrain.PutScatterlistAsync) => [new DmaCommand.PutScatterlist(Name(call, 0))],
        nameof(IDmaBufferGrain.GetPfnsAsync) => [new DmaCommand.GetPfns(Name(call, 0), Name(call, 1))],
        nameof(IDmaBufferGrain.PutPfnsAsync) => [new DmaCommand.PutPfns(Name(call, 0))],
        nameof(IDmaBufferGrain.BeginCpuAccessAsync) => [new DmaCommand.BeginCpuAccess(Name(call, 0), Direction(call, 1))],
        nameof(IDmaBufferGrain.EndCpuAccessAsync) => [new DmaCommand.EndCpuAccess(Name(call, 0))],
        nameof(IDmaBufferGrain.CpuAccessAsync) => [new DmaCommand.CpuAccess(Name(call, 0), Direction(call, 1))],
        nameof(IDmaBufferGrain.FlushAsync) => [new DmaCommand.Flush(Name(call, 0))],
        nameof(IDmaBufferGrain.SyncForDeviceAsync) => [new DmaCommand.SyncForDevice(Name(call, 0), Name(call, 1))],
        nameof(IDmaBufferGrain.SyncForCpuAsync) => [new DmaCommand.SyncForCpu(Name(call, 0), Name(call, 1))],
        nameof(IDmaBufferGrain.RevokeAsync) => [new DmaCommand.Revoke()],
        nameof(IDmaBufferGrain.ReleaseAsync) => [new DmaCommand.Release()],
        _ => [],
    };

    private static string Name(IInvokable call, int argument) => (string)call.GetArgument(argument)!;

    private static DmaDirection Direction(IInvokable call, int argument) => (DmaDirection)call.GetArgument(argument)!;
}
