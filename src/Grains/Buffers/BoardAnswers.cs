using System.Collections.Immutable;
using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Devices;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Buffers;

/// <summary>Answers the questions of a buffer's commands by asking the grains of its board; it decides nothing.</summary>
/// <param name="board">The board.</param>
/// <param name="buffer">The buffer.</param>
/// <param name="grains">Finds the board's grains.</param>
/// <param name="facts">The silo's cached devices.</param>
internal sealed class BoardAnswers(string board, string buffer, IGrainFactory grains, DeviceCache facts)
{
    /// <summary>The board's name.</summary>
    public string Board => board;

    /// <summary>The buffer's name.</summary>
    public string Buffer => buffer;

    /// <summary>The board's memory.</summary>
    public IMemoryForGrains Memory => field ??= grains.MemoryForGrains(board);

    private ITranslationForGrains Translation => field ??= grains.TranslationForGrains(board);

    /// <summary>Answers a command's questions until it is decided.</summary>
    /// <param name="step">The command.</param>
    /// <param name="cancellation">Cancels the command until the first question whose answer is held; from then on the command is carried out.</param>
    public ValueTask<Transition> DecideAsync(CommandStep step, CancellationToken cancellation)
    {
        // Most attaches ask for a device that is cached, and nothing else.
        if (step.Question is CommandQuestion.NeedsDevice ask && facts.Find(board, ask.Name) is { } known)
        {
            step = ask.Answer(known);
        }

        return step.Question is null ? new(step.Decided) : AnswerAsync(step, cancellation);
    }

    /// <summary>A device of the board, cached for all buffers of the silo; null when the board has no device of that name.</summary>
    public ValueTask<Device?> DeviceAsync(string device, CancellationToken cancellation = default) =>
        facts.Find(board, device) is { } known ? new(known) : new(AskAsync(device, cancellation));

    /// <summary>Devices as they are now; those that are no longer on the board are missing.</summary>
    public async Task<IReadOnlyDictionary<string, Device>> DevicesAsync(IEnumerable<string> devices, CancellationToken cancellation)
    {
        var found = new Dictionary<string, Device>();
        foreach (var device in devices)
        {
            if (await AskAsync(device, cancellation) is { } known)
            {
                found[device] = known;
            }
        }

        return found;
    }

    /// <summary>Adds the buffer's name to the board's listing.</summary>
    /// <returns>As <see cref="IBoardForGrains.AddBufferAsync"/>.</returns>
    public Task<DmaResult<ImmutableArray<MemoryRegionLayout>>> ListAsync(uint generation, string? exporter = null, NameList memory = default) =>
        grains.BoardForGrains(board).AddBufferAsync(buffer, generation, exporter, memory);

    /// <summary>Removes the buffer's name from the board's listing.</summary>
    public async Task UnlistAsync(uint generation) =>
        Invariant.Holds(await grains.BoardForGrains(board).RemoveBufferAsync(buffer, generation) is null);

    /// <summary>Gives pages back.</summary>
    public async Task FreeAsync(AllocationToken token) => Invariant.Holds(await Memory.FreeAsync(token) is null);

    /// <summary>Gives addresses and bounce slots back.</summary>
    public async Task UnmapAsync(ImmutableArray<MapToken> mappings) => Invariant.Holds(await Translation.UnmapAsync(mappings) is null);

    /// <summary>Gives back what a buffer owes, and its name when it is gone.</summary>
    public async Task PayAsync(DmaBuffer owing)
    {
        // Addresses first: no device may reach pages that already belong to another buffer.
        if (owing.OwesAllMappings)
        {
            Invariant.Holds(await Translation.UnmapAllAsync(buffer, owing.NextMapping) is null);
        }
        else if (owing.OwedMappings is { IsEmpty: false } mappings)
        {
            await UnmapAsync(mappings);
        }

        foreach (var token in owing.OwedTokens)
        {
            await FreeAsync(token);
        }

        if (owing.IsReleasedByAll)
        {
            await UnlistAsync(owing.Generation);
        }
    }

    private async ValueTask<Transition> AnswerAsync(CommandStep step, CancellationToken cancellation)
    {
        while (step.Question is { } question)
        {
            if (question is CommandQuestion.NeedsMemory { IsTrial: false } or CommandQuestion.NeedsTranslation { IsTrial: false })
            {
                // No cancellation after this: whatever is given must be recorded, or no buffer would own it.
                cancellation.ThrowIfCancellationRequested();
                cancellation = CancellationToken.None;
            }

            step = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(await DeviceAsync(ask.Name, cancellation)),
                CommandQuestion.NeedsDevices ask => ask.Answer(await DevicesAsync(ask.Names, cancellation)),
                CommandQuestion.NeedsMemory { IsTrial: true } ask => ask.Answer(await Memory.TestAllocateAsync(ask.Request, cancellation)),
                CommandQuestion.NeedsMemory ask => ask.Answer(await Memory.AllocateAsync(ask.Request, CancellationToken.None)),
                CommandQuestion.NeedsTranslation { IsTrial: true } ask => ask.Answer(await Translation.TestMapAsync(ask.Request, cancellation)),
                CommandQuestion.NeedsTranslation ask => ask.Answer(await Translation.MapAsync(ask.Request, CancellationToken.None)),
                CommandQuestion.NeedsContext ask => ask.Answer(await Translation.CheckUnmapAsync(ask.Token, cancellation)),
                _ => throw new InvalidOperationException($"No answer to {question.Kind} is known."),
            };
        }

        return step.Decided;
    }

    private async Task<Device?> AskAsync(string device, CancellationToken cancellation)
    {
        var changes = facts.Changes;
        var answer = await grains.GetDevice(board, device).GetAsync(cancellation);
        if (!answer.TryGetValue(out var known))
        {
            // Unknown devices are not cached: the cache never has more devices than the boards.
            return null;
        }

        facts.Keep(board, known, changes);
        return known;
    }
}
