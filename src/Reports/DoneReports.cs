using System.Text.Json.Serialization;

namespace DmaGrains.Reports;

/// <summary>A board was removed.</summary>
/// <param name="Board">The board.</param>
public sealed record BoardRemovedReport(string Board)
{
    /// <summary>"ok".</summary>
    [JsonPropertyOrder(-1)]
    public string Outcome { get; } = Vocabulary.Ok;
}

/// <summary>The MMU of a device was switched to another context.</summary>
/// <param name="Device">The device, as BOARD/DEVICE.</param>
/// <param name="Context">The context, from 0.</param>
public sealed record ContextSwitchedReport(string Device, uint Context)
{
    /// <summary>"ok".</summary>
    [JsonPropertyOrder(-1)]
    public string Outcome { get; } = Vocabulary.Ok;
}
