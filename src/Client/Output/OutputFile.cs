using System.CommandLine;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Files that a command writes: an existing file is kept unless <c>--force</c> is given.</summary>
internal sealed class OutputFile
{
    private readonly Option<string?>[] _options;

    /// <summary>The files of a command.</summary>
    /// <param name="options">The options that name them.</param>
    public OutputFile(params Option<string?>[] options) => _options = options;

    /// <summary><c>--force</c>.</summary>
    public Option<bool> Force { get; } = new("--force") { Description = "Replace an existing file." };

    /// <summary>An option that names a file to write.</summary>
    /// <param name="name">Such as <c>--svg</c>.</param>
    /// <param name="description">For the help.</param>
    public static Option<string?> Option(string name, string description) => new(name)
    {
        Description = $"{description} An existing file is kept, unless --force is given.",
        HelpName = "FILE",
    };

    /// <summary>Refuses files that cannot be written, before any long work is done.</summary>
    /// <exception cref="UsageException">One exists already, its folder does not exist, or two options name the same file.</exception>
    public void Check(ParseResult parsed)
    {
        var paths = new HashSet<string>();
        foreach (var option in _options)
        {
            if (parsed.GetValue(option) is not { } file)
            {
                continue;
            }

            if (!paths.Add(Path.GetFullPath(file)))
            {
                throw Unwritable(option, file, "another option names it too; expected a file for each");
            }

            if (Directory.Exists(file))
            {
                throw Unwritable(option, file, "it is a folder; expected a file");
            }

            if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            {
                throw Unwritable(option, file, "there is no such folder; expected a file in an existing folder");
            }

            if (File.Exists(file) && !parsed.GetValue(Force))
            {
                throw IsThere(option, file);
            }
        }
    }

    /// <summary>Writes a file, if the command line asks for it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option that names it.</param>
    /// <param name="text">Creates the content.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public void Write(ParseResult parsed, Option<string?> option, Func<string> text)
    {
        if (parsed.GetValue(option) is not { } file)
        {
            return;
        }

        var whole = text();
        var mode = parsed.GetValue(Force) ? FileMode.Create : FileMode.CreateNew;
        try
        {
            using var stream = new StreamWriter(new FileStream(file, mode));
            stream.Write(whole);
        }
        catch (IOException) when (mode == FileMode.CreateNew && File.Exists(file))
        {
            throw IsThere(option, file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failed(option, file, problem);
        }
    }

    /// <summary>Opens a file that is written as things happen, each time within <see cref="Try"/>; nowhere if the command line asks for none.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public TextWriter Open(ParseResult parsed, Option<string?> option)
    {
        TextWriter writer = TextWriter.Null;
        if (parsed.GetValue(option) is { } file)
        {
            Try(parsed, option, () => writer = new StreamWriter(new FileStream(file, parsed.GetValue(Force) ? FileMode.Create : FileMode.CreateNew)));
        }

        return writer;
    }

    /// <summary>Writes to a file that is open.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Try(ParseResult parsed, Option<string?> option, Action write)
    {
        try
        {
            write();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failed(option, parsed.GetValue(option)!, problem);
        }
    }

    private static UsageException Failed(Option option, string file, Exception problem) =>
        Unwritable(option, file, $"{HarmlessText.Of(problem.Message.TrimEnd('.'))}; expected a file that can be written");

    private static UsageException IsThere(Option option, string file) =>
        Unwritable(option, file, "it already exists; expected a new file, or --force to replace it");

    private static UsageException Unwritable(Option option, string file, string why) =>
        new($"{option.Name} {Quoted.Text(file)} cannot be written: {why}.");
}
