using DmaGrains.Model;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>A device tree cannot be used. Tells the byte, the problem, and what was expected.</summary>
/// <param name="offset">The byte of the tree at fault, from 0; null in a copied folder, which has none.</param>
/// <param name="problem">One sentence without a full stop: <c>PROBLEM; expected WHAT</c>.</param>
public sealed class DeviceTreeException(int? offset, string problem)
    : Exception(offset is { } at ? $"byte {at}: {HarmlessText.Of(problem)}" : HarmlessText.Of(problem))
{
    /// <summary>The byte of the tree at fault, from 0; null in a copied folder.</summary>
    public int? Offset { get; } = offset;

    /// <summary>The overlay at fault; null when it is the tree itself.</summary>
    public string? Overlay { get; internal set; }
}
