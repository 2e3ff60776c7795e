using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>Holds a writer that comes to it until it is opened.</summary>
internal sealed class Gate() : StateRead("gate", "gate", CancellationToken.None)
{
    /// <summary>Opens it.</summary>
    public ManualResetEventSlim Opens { get; } = new();

    public override bool TryBegin()
    {
        Opens.Wait();
        Complete(null);
        return false;
    }
}
