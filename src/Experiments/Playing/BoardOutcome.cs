
namespace DmaGrains.Experiments.Playing;

/// <summary>The results of a board in a repetition.</summary>
/// <param name="Nanoseconds">How long it was played in virtual time.</param>
/// <param name="Commands">Commands carried out or refused.</param>
/// <param name="Counted">The counts.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-outcome")]
internal sealed record BoardOutcome(ulong Nanoseconds, ulong Commands, TallyState Counted);
