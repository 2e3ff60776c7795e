namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>The driver that takes devices of a <c>compatible</c> string, from <c>catalogue/compatibles.tsv</c>.</summary>
/// <param name="Compatible">The string.</param>
/// <param name="Class">What its devices are, such as gpu, display, codec or storage.</param>
/// <param name="Module">The driver's module; in brackets when it was told from the file's name.</param>
/// <param name="Source">The file of the kernel that has the string.</param>
/// <param name="Row">The row of the catalogue with the driver's limits; null without one.</param>
internal sealed record KnownDriver(string Compatible, string Class, string Module, string Source, string? Row)
{
    private static readonly Lazy<Dictionary<string, KnownDriver>> _all = new(Read);

    /// <summary>The driver of the first string that has one; null when none has.</summary>
    public static KnownDriver? Of(IEnumerable<string> compatible) =>
        compatible.Select(text => _all.Value.GetValueOrDefault(text)).FirstOrDefault(driver => driver is not null);

    /// <summary>The first row of the catalogue among those of the strings; null without one.</summary>
    public static string? RowOf(IEnumerable<string> compatible) =>
        compatible.Select(text => _all.Value.GetValueOrDefault(text)?.Row).FirstOrDefault(row => row is not null);

    private static Dictionary<string, KnownDriver> Read()
    {
        using var table = new StreamReader(typeof(KnownDriver).Assembly.GetManifestResourceStream("compatibles.tsv")!);
        return table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split('\t'))
            .ToDictionary(row => row[0], row => new KnownDriver(row[0], row[1], row[2], row[3], row[4].Length == 0 ? null : row[4]));
    }
}
