namespace DmaGrains.Model;

/// <summary>Names of boards, devices, regions, MMUs, buses, buffers, attachments, mappings, CPU accesses, syncs and callers.</summary>
public static class ModelName
{
    /// <summary>The longest name, in characters.</summary>
    public const int LengthMax = 63;

    /// <summary>The most characters that a message quotes of an invalid name.</summary>
    public const int QuotedMax = 80;

    /// <summary>A description of valid names, for messages.</summary>
    public const string Expected = "1 to 63 of a-z, A-Z, 0-9, '.', '_', '-', '#', '@', ',', starting with a letter or digit";

    /// <summary>
    /// Whether <paramref name="name"/> can be a name. Nodes of device trees have such names (<c>wifi@0,0</c>). No slash: it separates the
    /// parts of a grain key.
    /// </summary>
    /// <remarks>The only place that decides this; <c>schemas/*.json</c> repeat it for editors, and a test compares them.</remarks>
    public static bool IsValid(string? name)
    {
        if (name is not { Length: > 0 and <= LengthMax } || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        // One by one: names are short, and the framework's search for many characters is compiled at each start, in 6 ms.
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-' or '#' or '@' or ','))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Null when the name is valid; else EINVAL naming <paramref name="field"/>.</summary>
    public static Refusal? Check(string? name, string field) => IsValid(name)
        ? null
        : name is null ? Refusal.Null(field)
        : Refusal.Of(Errno.EINVAL, field, $"{field} {Quoted(name)} is not a name: expected {Expected}.");

    /// <summary>Null when a text may stand in for a name in messages, such as "a heap" for a device; else EINVAL naming <paramref name="field"/>.</summary>
    public static Refusal? CheckShown(string? text, string field) => text switch
    {
        null => Refusal.Null(field),
        { Length: <= LengthMax } when HarmlessText.IsLine(text) => null,
        _ => Refusal.Of(Errno.EINVAL, field, $"{field} {Quoted(text)} is not a name: expected one line of at most {LengthMax} characters."),
    };

    /// <summary>A given name for messages: as it is when valid, else escaped, shortened and in quotes.</summary>
    public static string Quoted(string? name) =>
        IsValid(name) ? name! : name is null ? "(null)" : $"'{HarmlessText.Short(name, QuotedMax)}'";
}
