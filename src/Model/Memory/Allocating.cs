namespace DmaGrains.Model.Memory;

/// <summary>Asks memory for pages; gives the same result as <see cref="PhysicalMemory.Allocate"/>.</summary>
public delegate (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocating(PhysicalMemory memory, AllocationRequest request);
