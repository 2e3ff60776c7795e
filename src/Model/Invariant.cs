using System.Runtime.CompilerServices;

namespace DmaGrains.Model;

/// <summary>Asserts invariants. A broken invariant is a fault of this program, never of the caller's request.</summary>
public static class Invariant
{
    /// <summary>Checks in Debug and Release alike.</summary>
    /// <exception cref="InvalidOperationException">The condition does not hold; the message is its text.</exception>
    public static void Holds(bool condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Broken invariant: {text}");
        }
    }
}
