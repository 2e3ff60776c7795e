using System.Text;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>The /proc, /sys and /dev of this machine, or of a copied tree. Links never lead out of the tree.</summary>
/// <param name="root">The folder that stands for <c>/</c>.</param>
public sealed class MachineTree(string root)
{
    /// <summary>The root of this machine.</summary>
    public const string Here = "/";

    /// <summary>The longest file that is read, in bytes: many times what any kernel prints.</summary>
    public const int LengthMax = 16 << 20;

    private const int LinksMax = 40;

    private readonly SortedDictionary<string, string> _unread = new(StringComparer.Ordinal);

    /// <summary>The folder that stands for <c>/</c>.</summary>
    public string Root { get; } = root;

    /// <summary>What could not be read, and why.</summary>
    public IEnumerable<UnreadPath> Unread => _unread.Select(unread => new UnreadPath(unread.Key, unread.Value));

    /// <summary>Notes that something could not be read.</summary>
    public void Miss(string path, string reason) => _unread[path] = reason;

    /// <summary>The text of a file without the white space around it; null when it cannot be read, which is noted.</summary>
    public string? Text(string path)
    {
        var text = TextIfAny(path);
        if (text is null && !_unread.ContainsKey(path))
        {
            Miss(path, "there is no such file");
        }

        return text;
    }

    /// <summary>The text of a file that may be absent, which is not noted.</summary>
    public string? TextIfAny(string path) =>
        BytesIfAny(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim('\0', ' ', '\t', '\r', '\n') : null;

    /// <summary>The bytes of a file that may be absent, which is not noted.</summary>
    public byte[]? BytesIfAny(string path)
    {
        if (Resolve(path) is not { } found || !File.Exists(HostPath(found)))
        {
            return null;
        }

        // Opening anything else may block for ever, as a pipe without a writer does, or have effects, as a device may.
        if (FileKind.Of(HostPath(found)) is var kind and not FileKind.Regular)
        {
            Miss(path, $"it is {kind}, not a regular file");
            return null;
        }

        try
        {
            using var stream = FileText.Open(HostPath(found));
            if (ReadBounded(stream) is { } bytes)
            {
                return bytes;
            }

            Miss(path, $"it is longer than {Sizes.Format(LengthMax)}");
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Miss(path, problem is UnauthorizedAccessException ? "permission denied" : HarmlessText.Cut(problem.Message, Quoted.LengthMax));
            return null;
        }
    }

    /// <summary>A decimal or 0x number in a file that may be absent; also null for malformed text, which is noted.</summary>
    public ulong? NumberIfAny(string path)
    {
        if (TextIfAny(path) is not { } text)
        {
            return null;
        }

        if (Sizes.TryParse(text, out var value))
        {
            return value;
        }

        Miss(path, $"{Quoted.Text(text)} is not a number");
        return null;
    }

    /// <summary>Names in a folder, in order; none when it cannot be read.</summary>
    public IReadOnlyList<string> Names(string folder)
    {
        if (Resolve(folder) is not { } found || !Directory.Exists(HostPath(found)))
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateFileSystemEntries(HostPath(found)).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Miss(folder, "permission denied");
            return [];
        }
    }

    /// <summary>Whether something is there.</summary>
    public bool Has(string path) => Resolve(path) is { } found && Path.Exists(HostPath(found));

    /// <summary>Whether a folder is there, not a link to one.</summary>
    public bool IsFolder(string path) => LinkTarget(path) is null && Directory.Exists(HostPath(path));

    /// <summary>The last part of a link's target, even if the target does not exist; null when there is no link.</summary>
    public string? LinkName(string path)
    {
        var folder = Resolve(path[..path.LastIndexOf('/')]);
        var target = folder is null ? null : LinkTarget($"{folder}{path[path.LastIndexOf('/')..]}");
        return target?.TrimEnd('/').Split('/')[^1] is { Length: > 0 } name ? name : null;
    }

    /// <summary>The path with links resolved; null when they form a cycle or are too many.</summary>
    public string? Resolve(string path)
    {
        var done = new List<string>();
        var todo = new Stack<string>(path.Split('/').Reverse());
        var links = 0;
        while (todo.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                done.RemoveRange(Math.Max(0, done.Count - 1), Math.Min(1, done.Count));
                continue;
            }

            done.Add(part);
            if (LinkTarget($"/{string.Join('/', done)}") is not { } target)
            {
                continue;
            }

            if (++links > LinksMax)
            {
                return null;
            }

            done.RemoveAt(done.Count - 1);
            if (target.StartsWith('/'))
            {
                done.Clear();
            }

            foreach (var next in target.Split('/').Reverse())
            {
                todo.Push(next);
            }
        }

        return $"/{string.Join('/', done)}";
    }

    /// <summary>The whole content of a stream; null when it is too long. The kernel's files do not state their length.</summary>
    private static byte[]? ReadBounded(Stream stream)
    {
        using var all = new MemoryStream();
        var part = new byte[1 << 14];
        while (stream.Read(part) is > 0 and var length)
        {
            if (all.Length + length > LengthMax)
            {
                return null;
            }

            all.Write(part.AsSpan(0, length));
        }

        return all.ToArray();
    }

    private string HostPath(string path) => Path.Join(Root, path);

    private string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(HostPath(path)).LinkTarget;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Something that could not be read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">The reason.</param>
public sealed record UnreadPath(string Path, string Reason);
