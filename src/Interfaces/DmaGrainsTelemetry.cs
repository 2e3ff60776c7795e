namespace DmaGrains.Interfaces;

/// <summary>What DmaGrains measures and traces, for .NET programs that collect it: <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry.</summary>
public static class DmaGrainsTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "DmaGrains";
}
