namespace DmaGrains.Grains.Storage;

/// <summary>The one way state becomes durable.</summary>
internal static class Commit
{
    /// <summary>Writes the next state.</summary>
    /// <param name="storage">Where the state is kept.</param>
    /// <param name="next">What to write.</param>
    /// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
    /// <remarks>A failed write may have landed or not: the old state is put back and the activation dropped, so the next one reads the truth.</remarks>
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
