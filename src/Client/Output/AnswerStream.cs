using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DmaGrains.Client.Output;

/// <summary>
/// Standard output that fails when it cannot be written. The console's own stream stays silent when the reader of a pipe is gone, and a
/// command that writes for ever, such as a watch, would never end.
/// </summary>
internal sealed class AnswerStream : Stream
{
    private const int Descriptor = 1;

    private readonly Stream _inner;

    private AnswerStream(Stream inner) => _inner = inner;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Replaces the console's standard output for the whole process, and returns the writer.</summary>
    public static TextWriter Open()
    {
        Console.SetOut(new StreamWriter(new AnswerStream(Find()), new UTF8Encoding(false)) { AutoFlush = true });
        return Console.Out;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _inner.Write(buffer);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new AnswerException(problem);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>A pipe is written directly; a file through the console's stream, which keeps the shared file position.</summary>
    private static Stream Find()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        try
        {
            var pipe = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return pipe;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // It is closed: the console fails when something is written.
        }

        return Console.OpenStandardOutput();
    }
}
