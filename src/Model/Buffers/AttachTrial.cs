using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A map that is tried before an attach is granted (thread #12). Whoever carries out the attach asks memory for
/// <see cref="Allocation"/> and MMUs for <see cref="TranslationFor"/>, keeps nothing of what they give, and hands
/// <see cref="Answer"/> to the attach.
/// </summary>
/// <param name="Attached">The buffer as if the importer were attached.</param>
/// <param name="Test">The map.</param>
/// <param name="Allocation">What memory would have to give first; null when there is storage.</param>
public sealed record AttachTrial(DmaBuffer Attached, DmaCommand.Map Test, AllocationRequest? Allocation)
{
    /// <summary>What the map needs of MMUs or bounce pool; null when nothing.</summary>
    /// <param name="allocation">What memory answered to <see cref="Allocation"/>; null when that is null.</param>
    public DmaMapRequest? TranslationFor(DmaResult<BackingStorage>? allocation) => Attached.TranslationFor(Test, allocation);

    /// <summary>What the attach is to be refused with; null when the map would be granted.</summary>
    /// <param name="allocation">What memory answered.</param>
    /// <param name="mapped">What MMUs answered to <see cref="TranslationFor"/>; null when there was nothing to ask.</param>
    public DmaResult<DmaMapped>? Answer(DmaResult<BackingStorage>? allocation, DmaResult<DmaMapped>? mapped) =>
        Attached.Apply(Test, null, allocation, mapped).Reply.Refusal is { } refusal ? DmaResult.Refuse<DmaMapped>(refusal) : null;
}
