namespace DmaGrains.Kernel.Catalogue;

/// <summary>A <c>compatible</c> string of device trees that is known, from <c>catalogue/compatibles.tsv</c>: the only place that says whose it is.</summary>
/// <param name="Text">The string.</param>
/// <param name="Class">What its devices are, such as gpu, display, codec or storage: of a driver for several of them, what this one is.</param>
/// <param name="Driver">The catalogue's name of the driver that takes it; null when the catalogue does not have the driver.</param>
/// <param name="Module">The driver's module; in brackets when it was told from the file's name.</param>
/// <param name="Source">The file of the kernel that has the string.</param>
/// <param name="Row">The row of the published list of drivers that has its driver; null without one.</param>
/// <param name="IsListed">Whether the published list has it: devices of these strings are masters by the rules of tree facts.</param>
internal sealed record KnownCompatible(string Text, string Class, string? Driver, string Module, string Source, string? Row, bool IsListed)
{
    private static readonly Lazy<Dictionary<string, KnownCompatible>> _byText = new(() => Read().ToDictionary(known => known.Text));

    /// <summary>All of them, the most frequent first.</summary>
    public static IEnumerable<KnownCompatible> All => _byText.Value.Values;

    /// <summary>The first string that is known; null when none is.</summary>
    public static KnownCompatible? Of(IEnumerable<string> compatible) => In(compatible).FirstOrDefault();

    /// <summary>The strings that are known, in their order.</summary>
    public static IEnumerable<KnownCompatible> In(IEnumerable<string> compatible) =>
        compatible.Select(text => _byText.Value.GetValueOrDefault(text)).OfType<KnownCompatible>();

    /// <summary>The first row among those of the strings; null without one.</summary>
    public static string? RowOf(IEnumerable<string> compatible) => In(compatible).Select(known => known.Row).FirstOrDefault(row => row is not null);

    private static List<KnownCompatible> Read()
    {
        using var table = new StreamReader(typeof(KnownCompatible).Assembly.GetManifestResourceStream("compatibles.tsv")!);
        return
        [
            .. table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Select(line => line.Split('\t'))
                .Select(row => new KnownCompatible(row[0], row[1], OrNull(row[2]), row[3], row[4], OrNull(row[5]), row[7].Length > 0)),
        ];
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
