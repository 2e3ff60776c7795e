namespace DmaGrains.Scenarios.Files;

/// <summary>A value in a file, with its place.</summary>
/// <param name="label">What messages call it: its key, or the entry of a list.</param>
/// <param name="place">Where it starts.</param>
internal abstract class FileNode(string label, Place place)
{
    /// <summary>What messages call it.</summary>
    public string Label { get; } = label;

    /// <summary>Where it starts.</summary>
    public Place Place { get; } = place;

    /// <summary>What messages say it is.</summary>
    public abstract string Found { get; }

    /// <summary>It is not what is expected here.</summary>
    public FileFormatException Wrong(string expected) => Place.Fail($"{Label} is {Found}", expected);

    /// <summary>It is not what is expected here, and what stands in for it is used from now on.</summary>
    /// <param name="expected">What would be right.</param>
    /// <param name="standIn">Something harmless.</param>
    public virtual T Wrong<T>(string expected, T standIn)
    {
        Place.Report($"{Label} is {Found}", expected);
        return standIn;
    }
}
