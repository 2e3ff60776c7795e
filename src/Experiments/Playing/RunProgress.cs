namespace DmaGrains.Experiments.Playing;

/// <summary>How far a run has come.</summary>
/// <param name="Repetitions">Repetitions of cases that have come to their end.</param>
/// <param name="RepetitionsMax">Of so many.</param>
/// <param name="Commands">Commands carried out or refused in this process.</param>
/// <param name="Share">The share of all virtual time, or of all commands, that is played: 0 to 1.</param>
public readonly record struct RunProgress(int Repetitions, int RepetitionsMax, ulong Commands, double Share);
