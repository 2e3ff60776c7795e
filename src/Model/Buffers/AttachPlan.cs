using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>An attach that the buffer accepts.</summary>
/// <param name="Attachment">Who comes in, and how.</param>
/// <param name="Union">The union with it.</param>
/// <param name="Request">What memory must give first; null when nothing.</param>
/// <param name="Hazard">What is wrong with it all the same; null when nothing.</param>
internal sealed record AttachPlan(
    Attachment Attachment, DmaConstraints Union, AllocationRequest? Request, Hazard? Hazard);
