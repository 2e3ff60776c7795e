namespace DmaGrains.Client.Output;

/// <summary>Where somebody reads answers, and how wide that is; other writers are files or programs, which take lines of any length.</summary>
internal interface IScreen
{
    /// <summary>How many characters a line holds.</summary>
    int Columns { get; }
}
