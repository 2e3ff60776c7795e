namespace DmaGrains.Scenarios.Files;

/// <summary>A value in a file, with its place.</summary>
/// <param name="label">Its name in messages: its key, or its index in a list.</param>
/// <param name="place">Where it starts.</param>
internal abstract class FileNode(string label, Place place)
{
    /// <summary>Its name in messages.</summary>
    public string Label { get; } = label;

    /// <summary>Where it starts.</summary>
    public Place Place { get; } = place;

    /// <summary>A description of the value, for messages.</summary>
    public abstract string Found { get; }

    /// <summary>The exception for a value that is not what was expected.</summary>
    public FileFormatException Wrong(string expected) => Place.Fail($"{Label} is {Found}", expected);

    /// <summary>Reports that the value is not what was expected, and returns a stand-in.</summary>
    /// <param name="expected">What would be right.</param>
    /// <param name="standIn">A harmless value.</param>
    public virtual T Wrong<T>(string expected, T standIn)
    {
        Place.Report($"{Label} is {Found}", expected);
        return standIn;
    }
}
