namespace DmaGrains.Scenarios.Files;

/// <summary>What should be in a file and is not; that has been told, so whatever is made of it is not told again.</summary>
/// <param name="label">What messages call it.</param>
/// <param name="place">Where it should be.</param>
internal sealed class MissingNode(string label, Place place) : FileNode(label, place)
{
    /// <inheritdoc/>
    public override string Found => "nothing";

    /// <inheritdoc/>
    public override T Wrong<T>(string expected, T standIn) => standIn;
}
