using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <summary>The resources that a board's buffers share, and commands on them.</summary>
/// <param name="Memory">The board's memory.</param>
/// <param name="Translation">The board's MMUs and bounce pool.</param>
public readonly record struct BoardResources(PhysicalMemory Memory, DmaTranslation Translation)
{
    /// <summary>Exports a buffer.</summary>
    /// <param name="existing">The buffer under its name now, gone or not; null when the name is new.</param>
    /// <param name="export">What the exporter says.</param>
    /// <param name="devices">The board's devices.</param>
    /// <param name="allocate">Asks memory for pages.</param>
    /// <returns>As <see cref="BufferExports.Begin"/>.</returns>
    public (BoardResources Next, DmaResult<DmaBuffer> Exported) Export(
        DmaBuffer? existing, BufferExport export, IReadOnlyDictionary<string, Device> devices, Allocating allocate)
    {
        var memory = Memory;
        var step = BufferExports.Begin(existing, export);
        while (step.Question is { } question)
        {
            step = question switch
            {
                ExportQuestion.NeedsRegions ask => ask.Answer(BufferExports.Authorize(
                    memory.Layouts, export.Name, export.Exporter, Find(devices, export.Exporter), export.Memory)),
                ExportQuestion.NeedsExporter ask => ask.Answer(Find(devices, ask.Name)),
                ExportQuestion.NeedsMemory ask => ask.Answer(Keep(allocate(memory, ask.Request), ref memory)),
                _ => throw new InvalidOperationException($"No answer to {question} is known."),
            };
        }

        return (step.Decided.IsGranted ? this with { Memory = memory } : this, step.Decided);
    }

    /// <summary>Carries out a command on a buffer and answers its questions.</summary>
    /// <param name="current">The buffer.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="devices">The board's devices.</param>
    /// <param name="allocate">Asks memory for pages.</param>
    /// <returns>The resources and buffer afterwards, the same when nothing changed, and the reply.</returns>
    public (BoardResources Next, DmaBuffer Buffer, DmaResult<DmaReply> Reply) Execute(
        DmaBuffer current, DmaCommand command, IReadOnlyDictionary<string, Device> devices, Allocating allocate)
    {
        var touch = command.Touch(current.Policy, current.IsReleased || current.IsRevoked);
        var (answered, decided) = Answer(current.Begin(command), touch.Asks, devices, allocate);
        var next = decided.Next;
        if (!next.IsInDebt)
        {
            return (answered, next, decided.Reply);
        }

        Invariant.Holds(touch.GivesBackPages || next.OwedTokens.IsEmpty);
        Invariant.Holds(touch.GivesBackAddresses || (next.OwedMappings.IsEmpty && !next.OwesAllMappings));
        return (answered.Settled(next), next.Settled(), decided.Reply);
    }

    /// <summary>Answers a command's questions until it is decided.</summary>
    /// <param name="step">The command.</param>
    /// <param name="asks">The questions that it may ask.</param>
    /// <param name="devices">The board's devices.</param>
    /// <param name="allocate">Asks memory for pages.</param>
    /// <returns>The resources and the outcome, before what is owed is given back.</returns>
    internal (BoardResources Next, Transition Decided) Answer(
        CommandStep step, QuestionKinds asks, IReadOnlyDictionary<string, Device> devices, Allocating allocate)
    {
        var (memory, translation) = (Memory, Translation);
        while (step.Question is { } question)
        {
            Invariant.Holds((asks & question.Kind) == question.Kind);
            step = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(devices.GetValueOrDefault(ask.Name)),
                CommandQuestion.NeedsDevices ask => ask.Answer(devices),
                CommandQuestion.NeedsMemory { IsTrial: true } ask => ask.Answer(allocate(memory, ask.Request).Reply),
                CommandQuestion.NeedsMemory ask => ask.Answer(Keep(allocate(memory, ask.Request), ref memory)),
                CommandQuestion.NeedsTranslation { IsTrial: true } ask => ask.Answer(translation.Map(ask.Request).Reply),
                CommandQuestion.NeedsTranslation ask => ask.Answer(Keep(translation.Map(ask.Request), ref translation)),
                CommandQuestion.NeedsContext ask => ask.Answer(translation.CheckUnmap(ask.Token)),
                _ => throw new InvalidOperationException($"No answer to {question.Kind} is known."),
            };
        }

        return (new(memory, translation), step.Decided);
    }

    private static Device? Find(IReadOnlyDictionary<string, Device> devices, string? name) => name is null ? null : devices.GetValueOrDefault(name);

    private static DmaResult<TReply> Keep<T, TReply>((T Next, DmaResult<TReply> Reply) answer, ref T kept)
        where TReply : notnull
    {
        kept = answer.Next;
        return answer.Reply;
    }

    /// <summary>Gives back what a buffer owes.</summary>
    private BoardResources Settled(DmaBuffer owing)
    {
        var translation = owing.OwedMappings.Aggregate(Translation, (held, token) => held.Unmap(token));
        return new(
            owing.OwedTokens.Aggregate(Memory, (held, token) => held.Free(token)),
            owing.OwesAllMappings ? translation.UnmapAll(owing.Name) : translation);
    }
}
