using System.Collections.Concurrent;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>
/// What memory has answered: the same memory is asked the same in many orders. What it becomes is then one object, not to be held or
/// checked many times.
/// </summary>
internal sealed class KnownAllocations
{
    private readonly ConcurrentDictionary<(PhysicalMemory Memory, AllocationRequest Request), (PhysicalMemory Next, DmaResult<BackingStorage> Reply)> _known = [];

    /// <inheritdoc cref="Allocating"/>
    public (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocate(PhysicalMemory memory, AllocationRequest request) =>
        _known.GetOrAdd((memory, request), static asked => asked.Memory.Allocate(asked.Request));
}
