namespace DmaGrains.Testing;

/// <summary>A silo's connection to the cluster's storage.</summary>
/// <param name="silo">The number of the silo, from 0.</param>
internal sealed class SiloLink(int silo)
{
    private volatile bool _isCut;

    /// <summary>The number of the silo, from 0.</summary>
    public int Silo => silo;

    /// <summary>Cuts the connection: from now on the silo reads and writes nothing, as after a power loss.</summary>
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
