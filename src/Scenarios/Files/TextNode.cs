namespace DmaGrains.Scenarios.Files;

/// <summary>A scalar as written in the file.</summary>
/// <param name="label">Its name in messages.</param>
/// <param name="place">Where it starts.</param>
/// <param name="value">The text.</param>
/// <param name="isPlain">Whether it is unquoted.</param>
internal sealed class TextNode(string label, Place place, string value, bool isPlain) : FileNode(label, place)
{
    /// <summary>The text.</summary>
    public string Value { get; } = value;

    /// <summary>Whether it is unquoted, as numbers and flags are.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether there is no value: YAML's null.</summary>
    public bool IsNothing => IsPlain && MeansNothing(Value);

    /// <summary>Whether a text without quotes is YAML's null.</summary>
    public static bool MeansNothing(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Found => IsNothing ? "nothing" : $"text {Quoted.Text(Value)}";
}
