using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>An attach that the buffer accepts.</summary>
/// <param name="Attachment">The new attachment.</param>
/// <param name="Union">The union including the new attachment.</param>
/// <param name="Request">The storage to allocate first; null for none.</param>
/// <param name="Hazard">The hazard to record although the attach is accepted; null for none.</param>
internal sealed record AttachPlan(
    Attachment Attachment, DmaConstraints Union, AllocationRequest? Request, Hazard? Hazard);
