using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Kernel.Catalogue;

namespace DmaGrains.Kernel.Tests.Catalogue;

/// <summary>The files of the kernel that the catalogue cites, of Debian's package <c>linux-source-6.12</c>; none where it is not installed.</summary>
public sealed partial class KernelSource : IAsyncLifetime
{
    /// <summary>The kernel's names of vendors, of their devices and of classes.</summary>
    private const string Ids = "include/linux/pci_ids.h";

    /// <summary>Folders of headers that name devices of drivers elsewhere.</summary>
    private static readonly string[] _headers = ["include/drm", "include/drm/intel", "include/net/mana"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dmagrains-");
    private readonly Dictionary<string, string[]> _lines = [];

    /// <summary>Why there is no source; null when it is there.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var kernel = Assert.Single(DriverCatalogue.All.Select(driver => driver.Kernel).Distinct());
        // Names of devices are in headers beside the table; those of classes are the kernel's own.
        string[] folders = [.. DriverCatalogue.All.Where(driver => driver.Pci.Any(match => match.Devices.Length > 0)).Select(driver => FolderOf(driver.PciAt!)).Concat(_headers)];
        var files = DriverCatalogue.All.SelectMany(driver =>
            driver.Limits.Concat(driver.Chips.SelectMany(chip => chip.Limits)).Select(limit => limit.At)
                .Concat(driver.Needs.Select(need => need.At))
                .Concat(driver.Formats.Select(formats => formats.At))
                .Concat(new[] { driver.PciAt }.OfType<string>())).Select(at => at.Split(':')[0]).Append(Ids)
            .Concat(KnownCompatible.All.Where(known => known.Driver is not null && known.Source.Length > 0).Select(known => known.Source)).Distinct();
        // What is in a folder of the list must not be in the list itself.
        var paths = folders.Concat(files).Where(path => !folders.Any(folder => path.StartsWith($"{folder}/", StringComparison.Ordinal)));
        Missing = await SourceArchive.UnpackAsync(kernel, paths, _folder.FullName) is not { } release ? SourceArchive.Missing(kernel)
            : release == SourceArchive.Release ? null : $"skipped: the catalogue cites lines of Linux {SourceArchive.Release}, and here is {release}";
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A cited line, with single blanks; empty when the file has no such line.</summary>
    /// <param name="at">The file and the line.</param>
    public string Line(string at) => string.Concat(Lines(at));

    /// <summary>Cited lines, with single blanks.</summary>
    /// <param name="at">The file and the line, or the first and the last.</param>
    public IEnumerable<string> Lines(string at)
    {
        var (file, numbers) = (at.Split(':')[0], at.Split(':')[1].Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray());
        return LinesOf(file).Skip(numbers[0] - 1).Take(numbers[^1] - numbers[0] + 1).Select(line => Space().Replace(line, " "));
    }

    /// <summary>Whether a file has a text.</summary>
    public bool Has(string file, string text) => LinesOf(file).Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>The numbers in a table of PCI devices, those of its names and macros among them.</summary>
    /// <param name="at">The file and the line where it begins.</param>
    public HashSet<ulong> NumbersOfTable(string at)
    {
        var (file, first) = (at.Split(':')[0], int.Parse(at.Split(':')[1], CultureInfo.InvariantCulture));
        var meanings = HeadersBeside(file).Append(Ids).SelectMany(MeaningsIn).ToLookup(meaning => meaning.Name, meaning => meaning.Body);
        var (numbers, seen) = (new HashSet<ulong>(), new HashSet<string>());
        var open = new Queue<string>([string.Join('\n', LinesOf(file).Skip(first - 1).TakeWhile(line => !line.StartsWith("};", StringComparison.Ordinal)))]);
        while (open.TryDequeue(out var text))
        {
            foreach (var number in NumberWord().Matches(text).Select(match => match.Value))
            {
                numbers.Add(number.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                    ? ulong.Parse(number[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    : ulong.Parse(number, CultureInfo.InvariantCulture));
            }

            // Macros of tables join the words of their arguments to such names.
            var joined = Arguments().Matches(text).SelectMany(match => new[]
            {
                $"PCI_VENDOR_ID_{match.Groups[1].Value}", $"PCI_DEVICE_ID_{match.Groups[1].Value}_{match.Groups[2].Value}",
            });
            foreach (var name in Name().Matches(text).Select(match => match.Value).Concat(joined).Where(seen.Add))
            {
                foreach (var body in meanings[name])
                {
                    open.Enqueue(body);
                }
            }
        }

        return numbers;
    }

    private static string FolderOf(string at) => Path.GetDirectoryName(at.Split(':')[0])!;

    private IEnumerable<string> HeadersBeside(string file) => _headers.Append(FolderOf(file))
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(_folder.FullName, folder), "*", folder == FolderOf(file) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly))
        .Where(path => Path.GetExtension(path) is ".c" or ".h")
        .Select(path => Path.GetRelativePath(_folder.FullName, path));

    private IEnumerable<(string Name, string Body)> MeaningsIn(string file) =>
        Definition().Matches(string.Join('\n', LinesOf(file))).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    private string[] LinesOf(string file) => _lines.TryGetValue(file, out var lines) ? lines : _lines[file] = File.ReadAllLines(Path.Combine(_folder.FullName, file));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^#\s*define[ \t]+(\w+)((?:.*\\\n)*.*)$", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\b(?:0[xX][0-9a-fA-F]+|[0-9]+)\b")]
    private static partial Regex NumberWord();

    [GeneratedRegex(@"\b[A-Za-z_]\w*\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\(\s*(\w+)\s*,\s*(\w+)")]
    private static partial Regex Arguments();
}
