namespace DmaGrains.Experiments.Playing;

/// <summary>A board of a repetition of a case: what one core plays at a time.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Repetition">The repetition's index.</param>
/// <param name="Board">The board's index.</param>
internal readonly record struct BoardPlay(int Case, int Repetition, int Board);
