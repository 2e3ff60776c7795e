namespace DmaGrains.Experiments.Playing;

/// <summary>The progress of a run.</summary>
/// <param name="Repetitions">The number of finished repetitions, summed over cases.</param>
/// <param name="RepetitionsMax">The number of all repetitions.</param>
/// <param name="Commands">Commands carried out or refused in this process.</param>
/// <param name="Share">The share of all virtual time, or of all commands, that is played: 0 to 1.</param>
public readonly record struct RunProgress(int Repetitions, int RepetitionsMax, ulong Commands, double Share);
