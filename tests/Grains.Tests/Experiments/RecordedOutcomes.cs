using System.Collections.Concurrent;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Tests.Experiments;

/// <summary>What buffers answered to each id, on whatever silo and however often they were asked.</summary>
internal sealed class RecordedOutcomes : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<(string Board, long Number), (string Step, Refusal? Refusal)> _outcomes = new();

    /// <summary>Ids that got two different answers.</summary>
    public ConcurrentBag<string> Different { get; } = [];

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Grain is IDmaBufferGrain && context.Result is DmaResult<DmaReply> reply && IdOf(context.Request.GetArgument(0)) is var (step, id))
        {
            var key = (GrainKeys.BoardOf(context.TargetId.Key.ToString()!), id.Number);
            if (!_outcomes.TryAdd(key, (step, reply.Refusal)) && _outcomes[key].Refusal?.Errno != reply.Refusal?.Errno)
            {
                Different.Add($"{key}: {_outcomes[key].Refusal} and {reply.Refusal}");
            }
        }
    }

    /// <summary>Completes when so many more ids have been answered.</summary>
    public async Task ComeAsync(int count)
    {
        for (var until = _outcomes.Count + count; _outcomes.Count < until;)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>The outcomes of the boards of a case, of the first so many ids of each.</summary>
    public IReadOnlyList<(string Step, Refusal? Refusal)> Of(int @case, int commands) =>
    [
        .. _outcomes.Where(outcome => outcome.Key.Board.Contains($".{@case}.0.", StringComparison.Ordinal) && outcome.Key.Number <= commands)
            .Select(outcome => outcome.Value),
    ];

    private static (string Step, CommandId Id)? IdOf(object? argument) => argument switch
    {
        BufferExport { Id: { } id } export => (export.Name.StartsWith("other#", StringComparison.Ordinal) ? "other-memory" : "export", id),
        DmaCommand { Id: { } id } command => (command.GetType().Name.ToLowerInvariant(), id),
        _ => null,
    };
}
