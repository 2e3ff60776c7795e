namespace DmaGrains.Scenarios.Files;

/// <summary>A scalar, as it is written.</summary>
/// <param name="label">What messages call it.</param>
/// <param name="place">Where it starts.</param>
/// <param name="value">The text.</param>
/// <param name="isPlain">Whether it stands without quotes.</param>
internal sealed class TextNode(string label, Place place, string value, bool isPlain) : FileNode(label, place)
{
    /// <summary>The text.</summary>
    public string Value { get; } = value;

    /// <summary>Whether it stands without quotes, as numbers and flags do.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether there is no value: YAML's null.</summary>
    public bool IsNothing => IsPlain && MeansNothing(Value);

    /// <summary>Whether a text without quotes is YAML's null.</summary>
    public static bool MeansNothing(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Found => IsNothing ? "nothing" : $"text {Quoted.Text(Value)}";
}
