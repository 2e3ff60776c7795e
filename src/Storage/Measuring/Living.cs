using System.Collections;
using System.Runtime.CompilerServices;

namespace DmaGrains.Storage.Measuring;

/// <summary>Objects of this process whose numbers are read when somebody looks. It keeps none of them alive.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Living<T> : IEnumerable<T>
    where T : class
{
    private readonly ConditionalWeakTable<T, object?> _all = [];

    /// <summary>Adds an object that begins to live.</summary>
    public void Add(T living) => _all.AddOrUpdate(living, null);

    /// <summary>Removes an object that has ended.</summary>
    public void Remove(T ended) => _all.Remove(ended);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        foreach (var (living, _) in _all)
        {
            yield return living;
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
