namespace DmaGrains.Client.Output;

/// <summary>A terminal that is read by a person, and its width; other writers are files or programs, which take lines of any length.</summary>
internal interface IScreen
{
    /// <summary>The characters in a line.</summary>
    int Columns { get; }
}
