using System.Runtime.InteropServices;
using DmaGrains.Silo;

namespace DmaGrains.Client;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks the command to end; a second one ends the process at once, with the same exit code.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    /// <summary>Listens from now on.</summary>
    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Take(signal, ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Take(signal, ExitCode.Terminated));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>The exit code that says which signal it was; null when there was none.</summary>
    public int? Code { get; private set; }

    /// <summary>Completes a while after the first signal: a command that has not ended by then is abandoned.</summary>
    /// <param name="grace">How long a command may take to end.</param>
    public async Task OverdueAsync(TimeSpan grace)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Token.Register(asked.SetResult);
        await asked.Task;
        await Task.Delay(grace, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _asked.Dispose();
    }

    private void Take(PosixSignalContext signal, int code)
    {
        if (Code is not null)
        {
            return;
        }

        signal.Cancel = true;
        Code = code;
        _asked.Cancel();
    }
}
