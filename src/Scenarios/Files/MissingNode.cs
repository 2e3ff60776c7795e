namespace DmaGrains.Scenarios.Files;

/// <summary>Stands for a missing value. The problem has been reported, so further ones with it are not.</summary>
/// <param name="label">Its name in messages.</param>
/// <param name="place">Where it should be.</param>
internal sealed class MissingNode(string label, Place place) : FileNode(label, place)
{
    /// <inheritdoc/>
    public override string Found => "nothing";

    /// <inheritdoc/>
    public override T Wrong<T>(string expected, T standIn) => standIn;
}
