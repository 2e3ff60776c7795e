namespace DmaGrains.Client.Completing;

/// <summary>Where a user's own files lie.</summary>
internal static class UserFolders
{
    /// <summary>A path below <c>$XDG_DATA_HOME</c>, which is <c>~/.local/share</c> when it is not set.</summary>
    public static string Data(params string[] parts)
    {
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        var root = Path.IsPathRooted(data) ? data : Path.Combine(Home, ".local", "share");
        return Path.Combine([root, .. parts]);
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
