using DmaGrains.Model;

namespace DmaGrains.Client.Live;

/// <summary>The name of a device or a buffer with its board: <c>BOARD/NAME</c>.</summary>
/// <param name="Board">The board.</param>
/// <param name="Name">The device or buffer.</param>
internal readonly record struct BoardPath(string Board, string Name)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="UsageException">It is not two names separated by a slash.</exception>
    public static BoardPath Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && ModelName.IsValid(parts[0]) && ModelName.IsValid(parts[1])
            ? new(parts[0], parts[1])
            : throw new UsageException($"'{text}' is not a name: expected BOARD/NAME, each of {ModelName.Expected}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Board}/{Name}";
}
