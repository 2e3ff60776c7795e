using CsCheck;

namespace DmaGrains.Tests.Shared;

/// <summary>Generators for several tests.</summary>
internal static class Any
{
    /// <summary>One of these.</summary>
    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
