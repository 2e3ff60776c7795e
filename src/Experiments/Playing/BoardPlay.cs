namespace DmaGrains.Experiments.Playing;

/// <summary>A board of a repetition of a case: the unit that one core plays.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Repetition">The repetition's index.</param>
/// <param name="Board">The board's index.</param>
internal readonly record struct BoardPlay(int Case, int Repetition, int Board);
