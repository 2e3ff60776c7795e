using System.Collections.Concurrent;

namespace DmaGrains.Interfaces;

/// <summary>Callers for a process that asks many things at once: each request has one to itself until it is answered.</summary>
/// <param name="time">What their numbers begin with; null for the system's clock.</param>
public sealed class DmaCallers(TimeProvider? time = null)
{
    private readonly ConcurrentBag<DmaCaller> _idle = [];

    /// <summary>Makes a request by a caller that has no other one under way.</summary>
    /// <param name="request">
    /// Sends, and may send again under the same id. When it throws, its caller makes no other request: what it sent may be sent again
    /// still.
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
