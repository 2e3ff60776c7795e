namespace DmaGrains.Client.Output;

/// <summary>Standard output does not take an answer.</summary>
/// <param name="cause">Why.</param>
internal sealed class AnswerException(Exception cause)
    : Exception($"standard output cannot be written: {cause.Message.TrimEnd('.')}.", cause)
{
    // EPIPE, on every system that has it.
    private const int BrokenPipe = 32;

    /// <summary>Whether whoever read it has gone, which is no fault of anybody's.</summary>
    public bool IsReaderGone => InnerException is IOException { HResult: BrokenPipe };
}
