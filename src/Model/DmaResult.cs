using System.Diagnostics.CodeAnalysis;
using Orleans;

namespace DmaGrains.Model;

/// <summary>Either a value or a <see cref="Model.Refusal"/>. A <c>default</c> result is neither, and throws when it is read.</summary>
/// <typeparam name="T">The value of a granted request.</typeparam>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.result`1")]
public readonly record struct DmaResult<T>
    where T : notnull
{
    [Id(0)]
    private readonly T? _value;

    [Id(1)]
    private readonly Refusal? _refusal;

    [Id(2)]
    private readonly bool _granted;

    internal DmaResult(T value)
    {
        _value = value;
        _granted = true;
    }

    internal DmaResult(Refusal refusal) => _refusal = refusal;

    /// <summary>Whether the request was carried out.</summary>
    public bool IsGranted => _granted;

    /// <summary>Why the request was refused; null when it was granted.</summary>
    /// <exception cref="InvalidOperationException">This is a <c>default</c> result.</exception>
    public Refusal? Refusal =>
        _granted || _refusal is not null
            ? _refusal
            : throw new InvalidOperationException("This DmaResult was never decided.");

    /// <summary>The value of a granted request.</summary>
    /// <returns>False when the request was refused.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return _granted;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        _granted ? $"granted: {_value}" : _refusal is not null ? $"refused with {_refusal}" : "never decided";

    /// <summary>The value, for a caller that has already checked.</summary>
    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public T Value => _granted ? _value! : throw new InvalidOperationException($"Refused with {Refusal}");
}

/// <summary>Creates results, with an inferred type argument.</summary>
public static class DmaResult
{
    /// <summary>A granted request.</summary>
    public static DmaResult<T> Grant<T>(T value)
        where T : notnull => new(value);

    /// <summary>A refused request.</summary>
    public static DmaResult<T> Refuse<T>(Refusal refusal)
        where T : notnull => new(refusal);
}
