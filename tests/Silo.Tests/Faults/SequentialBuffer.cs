using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// What a buffer does when its commands come one after another: the model, which takes the word of memory and MMUs for what they gave.
/// </summary>
/// <param name="Buffer">The buffer; null before its first export.</param>
/// <param name="Replies">The replies it remembers.</param>
internal sealed record SequentialBuffer(DmaBuffer? Buffer, ReplyTable Replies)
{
    /// <summary>A name that nothing was exported under.</summary>
    public static SequentialBuffer Unused { get; } = new(null, ReplyTable.Empty);

    /// <summary>All that its replies depend on.</summary>
    public string Key => field ??= $"{JsonSerializer.Serialize(Buffer)} {Remembered(Replies)}";

    /// <summary>The buffer after an operation; null when it would have answered otherwise than the caller heard.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="board">The board, as it is throughout.</param>
    public SequentialBuffer? After(Operation operation, BoardDefinition board)
    {
        if (operation.Seen is { } seen)
        {
            return Shows(seen) ? this : null;
        }

        try
        {
            var (next, reply) = operation.Export is { } export ? Export(export, board) : Execute(operation, board);
            return operation.Reply is { } heard && Operation.TextOf(heard) != Operation.TextOf(reply) ? null : next;
        }
        catch (InvalidOperationException)
        {
            // Memory gave those pages to a buffer that was not at this point.
            return null;
        }
    }

    /// <summary>Which requests would be answered again; what the answers were follows from who has been answered so far.</summary>
    private static string Remembered(ReplyTable replies) => string.Join(
        ' ',
        replies.Callers.Select(caller => $"{caller.Caller}/{caller.Replies[0].Number}-{caller.Last}").Order(StringComparer.Ordinal)
            .Concat(replies.Unnamed.Select(reply => $"{reply.Kind} {reply.Name}")));

    private bool Shows(DmaResult<DmaBuffer> seen) =>
        !seen.TryGetValue(out var found) ? Buffer is null
        : Buffer is not null && JsonSerializer.Serialize(found.IsInDebt ? found.Settled() : found) == JsonSerializer.Serialize(Buffer);

    private (SequentialBuffer Next, DmaResult<DmaReply> Reply) Export(BufferExport export, BoardDefinition board)
    {
        if (Replies.Answer(export) is { } first)
        {
            return (this, first);
        }

        var step = BufferExports.Begin(Buffer, export);
        while (step.Question is { } question)
        {
            step = question switch
            {
                ExportQuestion.NeedsRegions ask => ask.Answer(BufferExports.Authorize(
                    board.Memory, export.Name, export.Exporter, board.Devices.FirstOrDefault(device => device.Name == export.Exporter), export.Memory)),
                _ => throw new NotSupportedException($"No exporter here asks {question}."),
            };
        }

        var exported = step.Decided;
        var reply = exported.TryGetValue(out var buffer)
            ? DmaResult.Grant(DmaReply.Exported)
            : DmaResult.Refuse<DmaReply>(exported.Refusal!);
        var replies = reply.IsGranted && !ReferenceEquals(buffer, Buffer) ? Replies.ExportedAnew() : Replies;
        return (new(buffer ?? Buffer, replies.Remember(export, reply)), reply);
    }

    /// <remarks>
    /// What refused a map tells how far it came: memory answers ENOMEM, an MMU whose driver owns its tables ENOSPC. Before that memory gave
    /// pages, which were given back; which ones does not matter.
    /// </remarks>
    private (SequentialBuffer Next, DmaResult<DmaReply> Reply) Execute(Operation operation, BoardDefinition board)
    {
        var command = operation.Command!;
        if (Buffer is null)
        {
            return (this, DmaResult.Refuse<DmaReply>(BufferExports.NoBuffer(operation.Buffer)));
        }

        if (Replies.Answer(command) is { } first)
        {
            return (this, first);
        }

        var mapping = operation.Reply is { IsGranted: true, Value.Mapping: { } given } ? given : null;
        if (mapping is not null && command is DmaCommand.Map && mapping.Sequence != Buffer.NextMapping)
        {
            // Mappings are counted: it is not the next one.
            return (this, DmaResult.Refuse<DmaReply>(RefusalHeard(operation)));
        }

        var answering = Buffer.Begin(command);
        while (answering.Question is { } question)
        {
            answering = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(board.Devices.FirstOrDefault(device => device.Name == ask.Name)),
                CommandQuestion.NeedsMemory ask => ask.Answer(
                    mapping is not null ? DmaResult.Grant(mapping.Storage)
                    : RefusalHeard(operation) is { Errno: Errno.ENOSPC } ? PhysicalMemory.Create(board.Memory).Value.Allocate(ask.Request).Reply
                    : DmaResult.Refuse<BackingStorage>(RefusalHeard(operation))),
                CommandQuestion.NeedsTranslation ask => ask.Answer(
                    mapping?.Mapped is { } addresses ? DmaResult.Grant(addresses) : DmaResult.Refuse<DmaMapped>(RefusalHeard(operation))),
                _ => throw new NotSupportedException($"No caller here asks for {question.Kind}."),
            };
        }

        var step = answering.Decided;
        var next = step.Next.IsInDebt ? step.Next.Settled() : step.Next;
        return (new(next, Replies.Remember(command, step.Reply, operation.Place, operation.First.Command!.Id)), step.Reply);
    }

    // When the caller was granted something else, it is a refusal that nobody heard.
    private static Refusal RefusalHeard(Operation operation) =>
        operation.Reply?.Refusal ?? Refusal.Of(Errno.ENOMEM, null, "not what the caller heard");
}
