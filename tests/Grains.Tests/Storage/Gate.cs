namespace DmaGrains.Grains.Tests.Storage;

/// <summary>Lets the reads and writes of one activation happen one by one, when the test says so.</summary>
internal sealed class Gate
{
    private readonly Queue<TaskCompletionSource> _waiting = new();

    /// <summary>Whether a read or write waits.</summary>
    public bool IsWaiting => _waiting.Count != 0;

    public Task PassAsync()
    {
        var waiting = new TaskCompletionSource();
        _waiting.Enqueue(waiting);
        return waiting.Task;
    }

    /// <summary>Lets the longest waiting one happen, and all that follows until the next waits.</summary>
    public void Step() => _waiting.Dequeue().SetResult();
}
