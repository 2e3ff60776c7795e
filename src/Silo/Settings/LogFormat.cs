namespace DmaGrains.Silo.Settings;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>For people.</summary>
    Text = 0,

    /// <summary>One JSON object a line.</summary>
    Json,
}
