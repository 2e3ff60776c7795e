using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>
/// What memory has answered: the same memory is asked the same in many orders. What it becomes is then one object, not to be held or
/// checked many times.
/// </summary>
internal sealed class KnownAllocations
{
    private readonly ConcurrentDictionary<(PhysicalMemory Memory, AllocationRequest Request), (PhysicalMemory Next, DmaResult<BackingStorage> Reply)> _known = new(new Asked());

    /// <inheritdoc cref="Allocating"/>
    public (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocate(PhysicalMemory memory, AllocationRequest request) =>
        _known.GetOrAdd((memory, request), static asked => asked.Memory.Allocate(asked.Request));

    /// <summary>Equal by all that was asked, and told apart by the little of it that mostly differs: the rest takes long to hash.</summary>
    private sealed class Asked : IEqualityComparer<(PhysicalMemory Memory, AllocationRequest Request)>
    {
        public bool Equals((PhysicalMemory Memory, AllocationRequest Request) one, (PhysicalMemory Memory, AllocationRequest Request) other) =>
            ReferenceEquals(one.Memory, other.Memory) && one.Request == other.Request;

        public int GetHashCode((PhysicalMemory Memory, AllocationRequest Request) asked) =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(asked.Memory), asked.Request.Token, asked.Request.Constraints, asked.Request.HighestAddress);
    }
}
