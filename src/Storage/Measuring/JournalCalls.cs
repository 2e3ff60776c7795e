namespace DmaGrains.Storage.Measuring;

/// <summary>The words for what is done with journals and states, where it is measured.</summary>
internal static class JournalCalls
{
    /// <summary>A journal is read.</summary>
    public const string Read = "read journal";

    /// <summary>A row is written.</summary>
    /// <param name="isSnapshot">Whether it replaces all rows before it.</param>
    public static string Write(bool isSnapshot) => isSnapshot ? "replace journal" : "append journal";
}
