using System.Collections.Concurrent;

namespace DmaGrains.Interfaces;

/// <summary>Callers for a process that sends several requests at once: each request has a caller to itself until it is answered.</summary>
/// <param name="time">The clock that numbers start from; null for the system's.</param>
public sealed class DmaCallers(TimeProvider? time = null)
{
    private readonly ConcurrentBag<DmaCaller> _idle = [];

    /// <summary>Makes a request as a caller that has no other request in flight.</summary>
    /// <param name="request">
    /// Sends the request, and may send it again under the same id. When it throws, its caller is not used again: the request may still
    /// have to be sent again.
    /// </param>
    public async Task<T> AskAsync<T>(Func<DmaCaller, Task<T>> request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var caller = _idle.TryTake(out var idle) ? idle : new DmaCaller(time);
        var answer = await request(caller);
        _idle.Add(caller);
        return answer;
    }
}
