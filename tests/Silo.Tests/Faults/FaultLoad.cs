using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Callers that ask buffers for things, one after another and all at once, until they are told to stop.</summary>
/// <param name="buffers">The buffers.</param>
/// <param name="seed">Decides what they ask.</param>
/// <param name="sentAgain">How often their client has sent something again.</param>
internal sealed class FaultLoad(IReadOnlyList<SharedBuffer> buffers, int seed, Func<ulong> sentAgain)
{
    private const int Callers = 24;

    // One in so many is asked of a few buffers that all callers know.
    private const int HotShare = 40;
    private const int HotBuffers = 16;

    // Of the callers, so many have no ids; of what is sent, one in so many was sent and answered before.
    private const int WithoutIds = 4;
    private const int LateShare = 10;

    /// <summary>What they hear.</summary>
    public Answers Answers { get; } = new(seed);

    /// <summary>Lets the callers begin.</summary>
    public void Start() => Answers.Start(Callers, CallAsync);

    /// <summary>Looks at every buffer, as the last of its operations.</summary>
    public Task LookAsync() => Parallel.ForEachAsync(
        buffers,
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (buffer, cancellation) =>
        {
            var sent = Answers.Now();
            var seen = await buffer.Grain.DescribeAsync(cancellation);
            buffer.History.Enqueue(new(buffer.Name, sent) { Answered = Answers.Now(), Seen = seen });
        });

    /// <summary>How often the client, or a caller, has sent something again.</summary>
    private ulong SentAgain => sentAgain() + (ulong)Answers.SentAgain;

    private async Task CallAsync(int caller)
    {
        var random = new Random(HashCode.Combine(seed, caller));
        var ids = caller < WithoutIds ? null : new DmaCaller();
        while (!Answers.IsStopping)
        {
            var buffer = buffers[random.Next(HotShare) == 0 ? random.Next(HotBuffers) : random.Next(buffers.Count)];
            var isLate = random.Next(LateShare) == 0;
            if ((isLate ? buffer.Acknowledged(random) : buffer.Next(random, ids)) is not var (export, commands))
            {
                continue;
            }

            if (export is not null)
            {
                await ExportAsync(buffer, export, isLate);
            }
            else
            {
                await ExecuteAsync(buffer, commands, mayGiveUp: random.Next(2) == 0, isLate);
            }
        }
    }

    private async Task ExportAsync(SharedBuffer buffer, BufferExport export, bool isLate)
    {
        var sent = Answers.Now();
        var replies = await Answers.HearAsync(async () => [await buffer.Grain.ExportAsync(export)], mayGiveUp: false, isLate);
        buffer.History.Enqueue(new(buffer.Name, sent) { Answered = Answers.Now(), Export = export, Reply = replies![0] });
        Acknowledge(buffer, export, [], isLate);
    }

    private async Task ExecuteAsync(SharedBuffer buffer, DmaCommand[] commands, bool mayGiveUp, bool isLate)
    {
        var (sent, before) = (Answers.Now(), SentAgain);

        // What a map gives cannot be told from outside when nobody heard it.
        var replies = await Answers.HearAsync(
            async () => commands is [var only]
                ? [await buffer.Grain.ExecuteAsync(only)]
                : await buffer.Grain.ExecuteAsync([.. commands], goOn: false),
            mayGiveUp && !isLate && !commands.Any(command => command is DmaCommand.Map),
            isLate);
        if (replies is null)
        {
            buffer.History.Enqueue(new(buffer.Name, sent) { Command = commands.Single() });
            return;
        }

        var mayComeTwice = SentAgain != before;
        var operations = Operation.Of(buffer.Name, sent, Answers.Now(), commands, replies);
        foreach (var operation in operations)
        {
            buffer.History.Enqueue(operation);
            if (mayComeTwice && !operation.IsRemembered)
            {
                // The first of two deliveries may lie in a silo that hangs, and come to the buffer after the second was answered.
                buffer.History.Enqueue(new(buffer.Name, sent) { Command = operation.Command });
            }

            if (operation.Reply is { IsGranted: true } && !isLate)
            {
                buffer.Note(operation.Command!);
            }
        }

        Acknowledge(buffer, null, commands, isLate);
    }

    private void Acknowledge(SharedBuffer buffer, BufferExport? export, DmaCommand[] commands, bool isLate)
    {
        if (isLate)
        {
            Answers.NoteLate();
        }
        else if (export is not null || commands[0].Id is not null)
        {
            buffer.Acknowledge(export, commands);
        }
    }
}
