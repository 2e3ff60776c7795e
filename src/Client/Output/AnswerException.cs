namespace DmaGrains.Client.Output;

/// <summary>Standard output cannot be written.</summary>
/// <param name="cause">Why.</param>
internal sealed class AnswerException(Exception cause)
    : Exception($"standard output cannot be written: {(cause is UnauthorizedAccessException ? "it is closed" : cause.Message.TrimEnd('.'))}.", cause)
{
    // EPIPE, on every system that has it.
    private const int BrokenPipe = 32;

    /// <summary>Whether the reader has closed the pipe, which is not an error.</summary>
    public bool IsReaderGone => InnerException is IOException { HResult: BrokenPipe };
}
