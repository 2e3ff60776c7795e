using System.Runtime.InteropServices;
using Parquet;
using Parquet.Schema;

namespace DmaGrains.Experiments.Results;

/// <summary>A column of a <see cref="RecordTable"/>.</summary>
internal abstract class RecordColumn(DataField named)
{
    /// <summary>Its name and type.</summary>
    public DataField Field => named;

    /// <summary>Writes the collected values.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group);

    /// <summary>Removes all values.</summary>
    public abstract void Clear();
}

/// <summary>A column of numbers.</summary>
internal sealed class NumberColumn<T>(string name) : RecordColumn(new DataField<T>(name))
    where T : struct
{
    private readonly List<T> _values = [];
    private T[] _written = [];

    /// <summary>Adds the value of a row.</summary>
    public void Add(T value) => _values.Add(value);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group)
    {
        if (_written.Length < _values.Count)
        {
            _written = new T[_values.Count];
        }

        CollectionsMarshal.AsSpan(_values).CopyTo(_written);
        return group.WriteAsync(Field, new ReadOnlyMemory<T>(_written, 0, _values.Count));
    }

    /// <inheritdoc/>
    public override void Clear() => _values.Clear();
}

/// <summary>A column of words.</summary>
internal sealed class WordColumn(string name) : RecordColumn(new DataField(name, typeof(string), isNullable: false))
{
    private readonly List<string> _values = [];

    /// <summary>Adds the value of a row.</summary>
    public void Add(string value) => _values.Add(value);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group) => group.WriteAsync(Field, _values);

    /// <inheritdoc/>
    public override void Clear() => _values.Clear();
}
