namespace DmaGrains.Experiments.Sampling;

/// <summary>Philox4x64 with ten rounds: a stateless function from a counter and a key to random bits.</summary>
/// <remarks>Source: J. Salmon and others, "Parallel random numbers: as easy as 1, 2, 3" (SC11), and the known answers of Random123.</remarks>
internal static class Philox
{
    private const int Rounds = 10;
    private const ulong FirstMultiplier = 0xD2E7470EE14C6C93;
    private const ulong SecondMultiplier = 0xCA5A826395121157;
    private const ulong FirstKeyStep = 0x9E3779B97F4A7C15;
    private const ulong SecondKeyStep = 0xBB67AE8584CAA73B;

    /// <summary>The four words of one block.</summary>
    public static (ulong W0, ulong W1, ulong W2, ulong W3) Block(ulong c0, ulong c1, ulong c2, ulong c3, ulong k0, ulong k1)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var high0 = Math.BigMul(FirstMultiplier, c0, out var low0);
            var high1 = Math.BigMul(SecondMultiplier, c2, out var low1);
            (c0, c1, c2, c3) = (high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0);
            k0 = unchecked(k0 + FirstKeyStep);
            k1 = unchecked(k1 + SecondKeyStep);
        }

        return (c0, c1, c2, c3);
    }
}
