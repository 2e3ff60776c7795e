using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// Callers that all use one buffer at once, each with names of its own, so that every command is granted, once: some send the longest
/// batches that there are, the others a command or a few. Of each caller the buffer has room for the last request.
/// </summary>
/// <param name="clients">Ways to the buffer; callers take turns at them.</param>
/// <param name="seed">Decides what they ask.</param>
internal sealed class OneBufferLoad(IReadOnlyList<IGrainFactory> clients, int seed)
{
    private const int Callers = 64;
    private const int Batchers = 3;
    private const int FewMax = 16;

    // Of what is answered, one in so many comes once more.
    private const int LateShare = 8;

    private const string Name = "b0";

    private static readonly string[] _devices = ["gpu", "codec"];

    /// <summary>Replies to the last request of each, the export among them.</summary>
    public const int RepliesMax = 1 + (Batchers * IDmaBufferGrain.BatchMax) + ((Callers - Batchers) * FewMax);

    /// <summary>What they hear.</summary>
    public Answers Answers { get; } = new(seed);

    /// <summary>All that was asked.</summary>
    public ConcurrentQueue<Operation> History { get; } = new();

    /// <summary>
    /// A board where replies do not tell in which order commands happened, but for maps, which are counted: what is looked for is what
    /// happened not at all or twice, and an order has not to be searched for.
    /// </summary>
    public static BoardDefinition Board { get; } = FaultBoard.Numbered(0) is var board
        ? board with { Devices = [.. board.Devices.Select(device => device with { Coherent = true })] }
        : board;

    /// <summary>Exports the buffer and lets the callers begin.</summary>
    public async Task StartAsync()
    {
        var export = new BufferExport(Name, 8192, "gpu") { Id = new DmaCaller().Next() };
        var sent = Answers.Now();
        var reply = await Buffer(0).ExportAsync(export);
        History.Enqueue(new(Name, sent) { Answered = Answers.Now(), Export = export, Reply = reply });

        // Who stays, so that the union does.
        foreach (var device in _devices)
        {
            await ExecuteAsync(0, [new DmaCommand.Attach(device, device)]);
        }

        Answers.Start(Callers, CallAsync);
    }

    /// <summary>Looks at the buffer, as the last of its operations.</summary>
    public async Task LookAsync()
    {
        var sent = Answers.Now();
        var seen = await Buffer(0).DescribeAsync();
        History.Enqueue(new(Name, sent) { Answered = Answers.Now(), Seen = seen });
    }

    private IDmaBufferGrain Buffer(int caller) => clients[caller % clients.Count].GetBuffer(Board.Name, Name);

    private async Task CallAsync(int caller)
    {
        var random = new Random(HashCode.Combine(seed, caller));
        var ids = new DmaCaller();
        var next = new Queue<DmaCommand>();
        for (var number = 0; !Answers.IsStopping || next.Count > 0;)
        {
            // What stays attached at the end would tell of the order of attaches.
            var size = Answers.IsStopping && next.Count > 0 ? next.Count
                : caller < Batchers ? IDmaBufferGrain.BatchMax : random.Next(4) == 0 ? random.Next(2, FewMax + 1) : 1;
            while (next.Count < size)
            {
                // Behind an MMU a map is written before the next one: at the ends of long batches, and in some of the others.
                var isTranslated = caller < Batchers ? next.Count is 0 or >= IDmaBufferGrain.BatchMax - 4 : random.Next(2) == 0;
                Use($"c{caller}-{number++}", _devices[isTranslated ? 1 : 0]).ForEach(next.Enqueue);
            }

            var commands = ids.Number(Enumerable.Range(0, size).Select(_ => next.Dequeue()));
            await ExecuteAsync(caller, commands);
            if (random.Next(LateShare) == 0)
            {
                await ExecuteAsync(caller, commands);
                Answers.NoteLate();
            }
        }
    }

    private static List<DmaCommand> Use(string name, string device) =>
        [
            new DmaCommand.Attach(name, device), new DmaCommand.Map(name, name, DmaDirection.Bidirectional),
            new DmaCommand.Unmap(name), new DmaCommand.Detach(name),
        ];

    private async Task ExecuteAsync(int caller, ImmutableArray<DmaCommand> commands)
    {
        var sent = Answers.Now();
        var replies = await Answers.HearAsync(
            async () => commands is [var only]
                ? [await Buffer(caller).ExecuteAsync(only)]
                : await Buffer(caller).ExecuteAsync(commands, goOn: false),
            mayGiveUp: false,
            isLate: false);
        foreach (var operation in Operation.Of(Name, sent, Answers.Now(), commands, replies!))
        {
            History.Enqueue(operation);
        }

        Assert.True(
            replies!.Count == commands.Length && replies.All(reply => reply.IsGranted),
            string.Create(CultureInfo.InvariantCulture, $"seed {seed}, caller {caller}: {replies.Count} replies to {commands.Length} commands, {replies[^1].Refusal}"));
    }
}
