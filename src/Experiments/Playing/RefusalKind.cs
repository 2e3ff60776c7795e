using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>A kind of refusal.</summary>
/// <param name="Step">The step that was refused.</param>
/// <param name="Errno">The code.</param>
/// <param name="Field">What failed; empty when nothing is named.</param>
/// <param name="Importer">The device at fault; empty when none is.</param>
/// <param name="IsByFragmentation">Whether enough memory was free.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-refusal")]
internal readonly record struct RefusalKind(string Step, Errno Errno, string Field, string Importer, bool IsByFragmentation);

/// <summary>A kind of hazard, and whom it happens to.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Importer">The device.</param>
/// <param name="Field">The limit.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-hazard")]
internal readonly record struct HazardOf(HazardKind Kind, string Importer, string Field);
