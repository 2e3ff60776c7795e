namespace DmaGrains.Client.Completing;

/// <summary>A shell that completes command lines.</summary>
/// <param name="Name">Its name, as in <c>dmagrains completion NAME</c>.</param>
internal sealed record Shell(string Name)
{
    /// <summary>The shells, by name.</summary>
    public static IReadOnlyList<Shell> All { get; } = [new("bash"), new("fish"), new("powershell"), new("zsh")];

    /// <summary>The user's own, by the environment; null when it is none of these.</summary>
    public static Shell? OfUser => Path.GetFileNameWithoutExtension(Environment.GetEnvironmentVariable("SHELL")) switch
    {
        "pwsh" => Find("powershell"),
        var name => Find(name ?? string.Empty),
    };

    /// <summary>The shell of a name, or null.</summary>
    public static Shell? Find(string name) => All.FirstOrDefault(shell => shell.Name == name);

    /// <summary>The script that lets it complete <c>dmagrains</c>.</summary>
    public string Script
    {
        get
        {
            using var reader = new StreamReader(typeof(Shell).Assembly.GetManifestResourceStream($"completion.{Name}")!);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Where the user's own scripts for it lie.</summary>
    public string File => Name switch
    {
        "bash" => UserFolders.Data("bash-completion", "completions", "dmagrains"),
        "fish" => UserFolders.Data("fish", "vendor_completions.d", "dmagrains.fish"),
        "zsh" => UserFolders.Data("zsh", "site-functions", "_dmagrains"),
        _ => UserFolders.Data("powershell", "dmagrains.ps1"),
    };

    /// <summary>What is still to do, once the script is there; null when the shell finds it by itself.</summary>
    public string? ToDo => Name switch
    {
        "bash" => "the package bash-completion loads it in new shells.",
        "zsh" => $"in ~/.zshrc, before compinit: fpath+=({Path.GetDirectoryName(File)})",
        "powershell" => $"in $PROFILE: . {File}",
        _ => null,
    };
}
