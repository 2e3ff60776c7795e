namespace DmaGrains.Grains.Storage;

/// <summary>The only way in which state becomes durable.</summary>
internal static class DurableWrites
{
    /// <summary>Writes the next state.</summary>
    /// <param name="storage">The state.</param>
    /// <param name="next">What to write.</param>
    /// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
    /// <remarks>
    /// A failed write may have been stored or not: the old state is restored and the activation dropped, so that the next one reads what is
    /// stored.
    /// </remarks>
    public static async Task WriteAsync<T>(this IPersistentState<T> storage, T next, Action dropActivation)
    {
        var committed = storage.State;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync();
        }
        catch
        {
            storage.State = committed;
            dropActivation();
            throw;
        }
    }
}
