namespace DmaGrains.Testing;

/// <summary>What ties a silo to the cluster's storage.</summary>
/// <param name="silo">Which silo of the cluster, from 0.</param>
internal sealed class SiloLink(int silo)
{
    private volatile bool _isCut;

    /// <summary>Which silo of the cluster, from 0.</summary>
    public int Silo => silo;

    /// <summary>From now on the silo reads and writes nothing, as after a power loss.</summary>
    public void Cut() => _isCut = true;

    /// <exception cref="IOException">The silo was killed.</exception>
    public void Check()
    {
        if (_isCut)
        {
            throw new IOException($"Silo {silo} was killed.");
        }
    }
}
