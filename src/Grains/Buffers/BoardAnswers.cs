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

/// <summary>Answers what a buffer's commands ask, by asking the grains of its board; it decides nothing.</summary>
/// <param name="board">The board.</param>
/// <param name="buffer">The buffer.</param>
/// <param name="grains">Finds the board's grains.</param>
/// <param name="facts">The devices that the silo has asked for.</param>
internal sealed class BoardAnswers(string board, string buffer, IGrainFactory grains, DeviceFacts facts)
{
    /// <summary>The board's name.</summary>
    public string Board => board;

    /// <summary>The buffer's name.</summary>
    public string Buffer => buffer;

    /// <summary>The board's memory.</summary>
    public IMemoryForGrains Memory => field ??= grains.MemoryForGrains(board);

    private ITranslationForGrains Translation => field ??= grains.TranslationForGrains(board);

    /// <summary>Answers until a command is decided.</summary>
    public ValueTask<Transition> DecideAsync(CommandStep step) => step.Question is null ? new(step.Decided) : AnswerAsync(step);

    /// <summary>A device of the board, asked once for all buffers of the silo; null when the board has none of that name.</summary>
    public ValueTask<Device?> DeviceAsync(string device) =>
        facts.Find(board, device) is { } known ? new(known) : new(AskAsync(device));

    /// <summary>Devices as they are now; those that are no longer on the board are missing.</summary>
    public async Task<IReadOnlyDictionary<string, Device>> DevicesAsync(IEnumerable<string> devices)
    {
        var found = new Dictionary<string, Device>();
        foreach (var device in devices)
        {
            if (await AskAsync(device) is { } known)
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
        // First: no device may reach pages that already belong to another buffer.
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

        if (owing.IsGone)
        {
            await UnlistAsync(owing.Generation);
        }
    }

    private async ValueTask<Transition> AnswerAsync(CommandStep step)
    {
        while (step.Question is { } question)
        {
            step = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(await DeviceAsync(ask.Name)),
                CommandQuestion.NeedsDevices ask => ask.Answer(await DevicesAsync(ask.Names)),
                CommandQuestion.NeedsMemory { IsTrial: true } ask => ask.Answer(await Memory.TestAllocateAsync(ask.Request)),
                CommandQuestion.NeedsMemory ask => ask.Answer(await Memory.AllocateAsync(ask.Request)),
                CommandQuestion.NeedsTranslation { IsTrial: true } ask => ask.Answer(await Translation.TestMapAsync(ask.Request)),
                CommandQuestion.NeedsTranslation ask => ask.Answer(await Translation.MapAsync(ask.Request)),
                CommandQuestion.NeedsContext ask => ask.Answer(await Translation.CheckUnmapAsync(ask.Token)),
                _ => throw new InvalidOperationException($"No answer to {question.Kind} is known."),
            };
        }

        return step.Decided;
    }

    private async Task<Device?> AskAsync(string device)
    {
        var changes = facts.Changes;
        var answer = await grains.GetDevice(board, device).GetAsync();
        if (!answer.TryGetValue(out var known))
        {
            // Unknown devices are not cached: the cache never has more devices than the boards.
            return null;
        }

        facts.Keep(board, known, changes);
        return known;
    }
}
