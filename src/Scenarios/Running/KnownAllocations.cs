using System.Collections.Concurrent;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>
/// A cache of memory's replies, because many orders ask the same memory for the same. Its next state is then one object, which is stored
/// and checked only once.
/// </summary>
internal sealed class KnownAllocations
{
    private readonly ConcurrentDictionary<(PhysicalMemory Memory, AllocationRequest Request), (PhysicalMemory Next, DmaResult<BackingStorage> Reply)> _known = [];

    /// <inheritdoc cref="Allocating"/>
    public (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocate(PhysicalMemory memory, AllocationRequest request) =>
        _known.GetOrAdd((memory, request), static asked => asked.Memory.Allocate(asked.Request));
}
