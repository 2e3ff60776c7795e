namespace DmaGrains.Model.Memory;

/// <summary>Asks memory for pages, and answers what <see cref="PhysicalMemory.Allocate"/> does.</summary>
public delegate (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocating(PhysicalMemory memory, AllocationRequest request);
