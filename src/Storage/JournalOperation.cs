using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>Reads a grain's journal: the last snapshot and the entries after it, in order; empty when nothing was written.</summary>
/// <param name="grain">The grain.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public sealed class JournalRead(string grain, CancellationToken cancellation) : StorageOperation<ImmutableArray<JournalRow>>(grain, cancellation);

/// <summary>
/// Writes the next row of a grain's journal. Its result is false, and nothing is changed, when the journal does not end just before it:
/// another activation of the grain has written since.
/// </summary>
/// <remarks>Complete it on a thread that nothing else waits for: what awaits it without a context continues there.</remarks>
/// <param name="grain">The grain.</param>
/// <param name="row">The row. The first one of a journal is a snapshot with the sequence number 1.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public sealed class JournalWrite(string grain, JournalRow row, CancellationToken cancellation)
    : StorageOperation<bool>(grain, cancellation, continuesInside: true)
{
    /// <summary>The row.</summary>
    public JournalRow Row => row;

    /// <inheritdoc/>
    public override string Changes => string.Empty;

    /// <inheritdoc/>
    public override int SizeBytes => row.Payload.Length;
}
