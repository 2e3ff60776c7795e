namespace DmaGrains.Silo.Settings;

/// <summary>The format of log lines.</summary>
public enum LogFormat
{
    /// <summary>Plain text.</summary>
    Text = 0,

    /// <summary>One JSON object a line.</summary>
    Json,
}
