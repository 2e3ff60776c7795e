using System.Globalization;
using DmaGrains.Model;

namespace DmaGrains.Kernel.Tracing;

/// <summary>Error numbers as kernels print them.</summary>
internal static class ErrnoText
{
    private const ulong FirstError = unchecked((ulong)-4095L);

    /// <summary>Whether a pointer is an error number (include/linux/err.h).</summary>
    /// <param name="pointer">What a function returned.</param>
    /// <param name="error">The error, a negative number.</param>
    public static bool IsError(ulong pointer, out int error)
    {
        error = pointer >= FirstError ? (int)(long)pointer : 0;
        return pointer >= FirstError;
    }

    /// <summary>The name of an error, or its number where the model has no name for it.</summary>
    /// <param name="error">The error, negative or not.</param>
    public static string Of(int error)
    {
        var number = error == int.MinValue ? 0 : Math.Abs(error);
        return Enum.IsDefined((Errno)number) ? ((Errno)number).ToString() : string.Create(CultureInfo.InvariantCulture, $"errno {number}");
    }
}
