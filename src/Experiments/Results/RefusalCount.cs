namespace DmaGrains.Experiments.Results;

/// <summary>How often a step was refused for one reason.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Repetition">The repetition's index.</param>
/// <param name="Step">The step: export, attach, map and so on.</param>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Field">The parameter or argument that failed, such as <c>MaxSegmentCount</c>; empty for none.</param>
/// <param name="Importer">The device at fault; empty for none.</param>
/// <param name="Count">How often.</param>
/// <param name="OfThemFragmented">How many of these failed only because of fragmentation.</param>
public sealed record RefusalCount(
    int Case, int Repetition, string Step, string Errno, string Field, string Importer, ulong Count, ulong OfThemFragmented);
