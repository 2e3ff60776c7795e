using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>A kind of refusal.</summary>
/// <param name="Step">The step that was refused.</param>
/// <param name="Errno">The code.</param>
/// <param name="Field">The parameter or argument that failed; empty for none.</param>
/// <param name="Importer">The device at fault; empty for none.</param>
/// <param name="IsByFragmentation">Whether it was refused for memory although enough was free.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-refusal")]
internal readonly record struct RefusalKind(string Step, Errno Errno, string Field, string Importer, bool IsByFragmentation);

/// <summary>A kind of hazard at a device and a limit.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Importer">The device.</param>
/// <param name="Field">The limit.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-hazard")]
internal readonly record struct HazardOf(HazardKind Kind, string Importer, string Field);
