namespace DmaGrains.Model.Buffers;

/// <summary>An item of a list ordered by name.</summary>
public interface INamed
{
    /// <summary>Unique in the list.</summary>
    string Name { get; }
}
