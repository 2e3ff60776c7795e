using DmaGrains.Model;

namespace DmaGrains.Experiments.Driving;

/// <summary>A cluster refuses a board of an experiment.</summary>
public sealed class RefusedBoardException(Refusal refusal) : Exception($"{refusal.Errno}: {refusal.Reason}")
{
    /// <summary>The refusal.</summary>
    public Refusal Refusal => refusal;
}
