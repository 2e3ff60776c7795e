namespace DmaGrains.Storage;

/// <summary>An operation on one row of the state table. Its result is the row that was read or changed; null when there is none, or none at the expected version.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public abstract class StateOperation(string grain, string name, CancellationToken cancellation) : StorageOperation<StoredState?>(grain, cancellation)
{
    /// <summary>The state's name.</summary>
    public string Name => name;
}

/// <summary>Reads a grain's state.</summary>
public class StateRead(string grain, string name, CancellationToken cancellation) : StateOperation(grain, name, cancellation);

/// <summary>Writes a grain's state.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="expected">The version at which the row must be; null when there must be no row.</param>
/// <param name="payload">The payload to store.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public sealed class StateChange(string grain, string name, long? expected, byte[] payload, CancellationToken cancellation)
    : StateOperation(grain, name, cancellation)
{
    /// <summary>The version at which the row must be; null when there must be no row.</summary>
    public long? Expected => expected;

    /// <summary>The payload to store.</summary>
    public byte[] Payload => payload;

    /// <inheritdoc/>
    public override string Changes => Name;

    /// <inheritdoc/>
    public override int SizeBytes => payload.Length;
}
