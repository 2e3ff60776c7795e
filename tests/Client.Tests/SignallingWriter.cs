using System.Text;

namespace DmaGrains.Client.Tests;

/// <summary>Takes what a command writes; tests wait for a passage of it.</summary>
internal sealed class SignallingWriter : TextWriter
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _written = NewSource();

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Waits until a passage has been written.</summary>
    public async Task WaitForAsync(string passage)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (true)
        {
            Task written;
            lock (_lock)
            {
                if (_text.ToString().Contains(passage, StringComparison.Ordinal))
                {
                    return;
                }

                written = _written.Task;
            }

            try
            {
                await written.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{passage}' was not written, but: {_text}");
            }
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_lock)
        {
            _text.Append(value);
            _written.SetResult();
            _written = NewSource();
        }
    }

    public override void WriteLine(string? value) => Write($"{value}\n");

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
