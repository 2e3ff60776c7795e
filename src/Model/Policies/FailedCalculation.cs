namespace DmaGrains.Model.Policies;

/// <summary>What an attach answers when the calculation of the constraints fails.</summary>
public enum FailedCalculation
{
    /// <summary>EINVAL, and nothing is attached.</summary>
    Refuse = 0,

    /// <summary>Success, and nothing is attached: the patch as posted returned ERR_PTR(0) (thread #6).</summary>
    AnswerSuccess = 1,
}
