using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using Orleans.Serialization.Invocation;

namespace DmaGrains.Testing;

/// <summary>Records every command that a silo's buffers process, before the caller gets the reply.</summary>
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

    /// <summary>The commands of a call; none for calls that change nothing.</summary>
    private static ImmutableArray<DmaCommand?> CommandsOf(IInvokable call) => call.GetMethodName() switch
    {
        nameof(IDmaBufferGrain.ExportAsync) => _export,
        nameof(IDmaBufferGrain.ExecuteAsync) => call.GetArgument(0) switch
        {
            DmaCommand command => [command],
            ImmutableArray<DmaCommand> { IsDefault: false } batch => [.. batch],
            _ => [],
        },
        _ => [],
    };
}
