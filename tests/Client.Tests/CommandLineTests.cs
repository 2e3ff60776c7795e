using System.CommandLine;
using CsCheck;

namespace DmaGrains.Client.Tests;

public class CommandLineTests
{
    private const string Export = "buffer export raspberry-pi-4/f --size ";

    [Theory]
    [InlineData("", "A command is missing: expected run, compare, explore")]
    [InlineData("nonsense", "'nonsense'")]
    [InlineData("buffer nonsense", "'nonsense'")]
    [InlineData("buffer", "A command is missing after 'buffer': expected export,")]
    [InlineData("import", "A command is missing after 'import': expected bufinfo, trace or log.")]
    [InlineData("run", "'SCENARIO'")]
    [InlineData("run gpu-and-display more", "'more'")]
    [InlineData("run gpu-and-display --bogus", "'--bogus'")]
    [InlineData("run gpu-and-display --strickt", "did you mean --strict?")]
    [InlineData("run gpu-and-display --hlep", "did you mean --help?")]
    [InlineData("compaer gpu-and-display", "did you mean compare?")]
    [InlineData("board shwo", "did you mean show?")]
    [InlineData("run gpu-and-display --engine modle", "did you mean model?")]
    [InlineData("run gpu-and-display --json=maybe", "'maybe'")]
    [InlineData("run gpu-and-dispaly", "did you mean gpu-and-display?")]
    [InlineData("run @gpu-and-display", "There is no scenario '@gpu-and-display'")]
    [InlineData("compare gpu-maps-first --policy migrat", "did you mean migrate?")]
    [InlineData("advise raspberry-pi4 --devices v3d --size 4KiB", "did you mean raspberry-pi-4?")]
    [InlineData("advise raspberry-pi-4 --devices v3d,vc5 --size 4KiB", "did you mean vc4?")]
    [InlineData("explore gpu-maps-first --cores 0", "expected a whole number from 1 to 1024")]
    [InlineData("explore gpu-maps-first --cores 1025", "expected a whole number from 1 to 1024")]
    [InlineData("explore gpu-maps-first --cores 1.5", "expected a whole number from 1 to 1024")]
    [InlineData("explore gpu-maps-first --seconds nan", "expected a number from 0 to 1000000000")]
    [InlineData("explore gpu-maps-first --states x", "expected a whole number from 1 to")]
    [InlineData("run gpu-and-display --engine steam", "'steam'")]
    [InlineData("run no-such-scenario", "expected a file, or a name that 'dmagrains list scenarios' shows")]
    [InlineData("run ../boards/rk3399", "expected a file, or a name that")]
    [InlineData("buffer export raspberry-pi-4/f", "--size")]
    [InlineData("buffer export raspberry-pi-4/f --size", "--size")]
    [InlineData(Export + "0", "expected 1 to 9223372036854775807")]
    [InlineData(Export + "9223372036854775808", "expected 1 to 9223372036854775807")]
    [InlineData(Export + "-1", "'-1'")]
    [InlineData(Export + "1.5GiB", "'1.5GiB'")]
    [InlineData(Export + "99999999999999999999999999", "is not a size")]
    [InlineData(Export + "4KiB --getters v9", "'v9'")]
    [InlineData(Export + "4KiB --policy hope", "'hope'")]
    [InlineData(Export + "4KiB --memory", "--memory")]
    [InlineData(Export + "4KiB --memory a/b", "--memory 'a/b' is not a name")]
    [InlineData(Export + "4KiB --lines 720", "expected HEIGHTxBYTES or HEIGHTxBYTESxSTRIDE")]
    [InlineData(Export + "4KiB --lines 0x10", "expected HEIGHTxBYTES or HEIGHTxBYTESxSTRIDE")]
    [InlineData(Export + "4KiB --lines 2x16x15", "the stride not less than the bytes")]
    [InlineData(Export + "4KiB --lines 2x16x16x1", "expected HEIGHTxBYTES or HEIGHTxBYTESxSTRIDE")]
    [InlineData(Export + "4KiB --lines -1x16", "expected HEIGHTxBYTES or HEIGHTxBYTESxSTRIDE")]
    [InlineData(Export + "4KiB --lines 1x4294967296", "each 1 to 4294967295")]
    [InlineData("buffer map a/b c --option no-copy", "'no-copy'")]
    [InlineData("buffer map a/b c --direction up", "'up'")]
    [InlineData("buffer map a/b", "'ATTACHMENT'")]
    [InlineData("buffer get-scatterlist a/b", "'ATTACHMENT'")]
    [InlineData("buffer put-scatterlist a/b", "'LIST'")]
    [InlineData("buffer get-pfns a/b", "'ATTACHMENT'")]
    [InlineData("buffer put-pfns a/b", "'PFNS'")]
    [InlineData("buffer map-raw a/b", "'RAW'")]
    [InlineData("buffer map-raw a/b c --option no-copy", "'no-copy'")]
    [InlineData("buffer test-map a/b c --option no-copy", "'no-copy'")]
    [InlineData("buffer begin-cpu-access a", "expected BOARD/NAME")]
    [InlineData("buffer begin-cpu-access a/b --direction up", "'up'")]
    [InlineData("buffer end-cpu-access a/b", "'ACCESS'")]
    [InlineData("buffer cpu-access a/b c", "'c'")]
    [InlineData("buffer flush a/b", "'MAPPING'")]
    [InlineData("buffer sync-for-device a/b", "'MAPPING'")]
    [InlineData("buffer sync-for-cpu a/b", "'MAPPING'")]
    [InlineData("device switch-context a/b", "'CONTEXT'")]
    [InlineData("device switch-context a/b 64", "expected 0 to 63")]
    [InlineData("device switch-context a/b -1", "'-1'")]
    [InlineData("device switch-context a/b x", "expected 0 to 63")]
    [InlineData("device set rk3399/d --iommu a/b", "--iommu 'a/b' is not a name")]
    [InlineData("device set rk3399/d --peer-bus a/b", "--peer-bus 'a/b' is not a name")]
    [InlineData("device set rk3399/d --preferred-segment-size 4GiB", "expected 0 to 4294967295")]
    [InlineData("compare gpu-maps-first --policy hope", "'hope'")]
    [InlineData("device set rk3399/d --max-segment-size 4294967296", "expected 0 to 4294967295")]
    [InlineData("device set rk3399/d --max-segment-size 1 --max-segment-size 2", "--max-segment-size")]
    [InlineData("buffer watch a/b --every abc", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer watch a/b --every 9", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer watch a/b --every 60001", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer describe a", "expected BOARD/NAME")]
    [InlineData("buffer describe a/b/c", "expected BOARD/NAME")]
    [InlineData("buffer describe ../x", "expected BOARD/NAME")]
    [InlineData("device show a/", "expected BOARD/NAME")]
    [InlineData("device show no-such.yaml vc4", "There is no board 'no-such.yaml'")]
    [InlineData("run gpu-maps-first --policy migrat", "did you mean migrate?")]
    [InlineData("run gpu-maps-first --policy refuse --policy migrate", "--policy")]
    [InlineData("board show ../x", "is not a board's name")]
    [InlineData("buffer list a/b", "is not a board's name")]
    [InlineData("device list -x", "'-x'")]
    [InlineData("board list --gateway", "--gateway")]
    [InlineData("board show rk3399 --gateway 127.0.0.1", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:0", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway :30000", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:65536", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1,", "--gateway '' is not an address")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1,nobody", "--gateway 'nobody' is not an address")]
    [InlineData("board show rk3399 --gateway a,b:1", "--gateway 'a' is not an address")]
    [InlineData("board show rk3399 --gateway a//b:1", "is not an address")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1 --data x.db", "expected one of them, a file or a running silo")]
    [InlineData("board show rk3399 --data", "--data")]
    [InlineData("conform", "'FILE'")]
    public Task Malformed_command_line_is_refused_in_one_line(string line, string saying) =>
        UnusableAsync(saying, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [MemberData(nameof(Arguments))]
    public Task Empty_argument_is_refused_in_one_line(string line) => UnusableAsync("expected", [.. Words(line), string.Empty]);

    public static TheoryData<string> Options => [.. OptionsBelow(CommandLine.CreateRoot(), string.Empty)];

    [Theory]
    [MemberData(nameof(Options))]
    public void No_option_takes_an_empty_value(string line)
    {
        var errors = ErrorsOf([.. Words(line), string.Empty]);

        Assert.Contains(errors, error => error.Contains("empty value", StringComparison.Ordinal) || error.Contains("''", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Message_about_a_wrong_value_names_no_type_of_a_program(string line) => Gen.OneOf(
        Gen.String[1, 8],
        // "@/" would be a file of arguments, were there any.
        Gen.String[0, 7].Select(rest => $"@/{rest}")).Sample(value =>
    {
        var errors = ErrorsOf([.. Words(line), value]);

        Assert.DoesNotContain(errors, error => error.Contains("System.", StringComparison.Ordinal) || error.Contains("expected type", StringComparison.Ordinal));
    });

    public static TheoryData<string> Arguments => [.. ArgumentsBelow(CommandLine.CreateRoot(), string.Empty)];

    /// <summary>Each command with arguments, and for each argument those before it.</summary>
    private static IEnumerable<string> ArgumentsBelow(Command command, string path) =>
    [
        .. command.Arguments.Select((_, before) => $"{path} {string.Join(' ', Enumerable.Repeat("a/b", before))}"),
        .. command.Subcommands.SelectMany(child => ArgumentsBelow(child, $"{path} {child.Name}")),
    ];

    private static IEnumerable<string> OptionsBelow(Command command, string path) =>
    [
        .. command.Options.Where(option => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool))
            .Select(option => $"{path} {option.Name}"),
        .. command.Subcommands.SelectMany(child => OptionsBelow(child, $"{path} {child.Name}")),
    ];

    private static IEnumerable<string> ErrorsOf(string[] args) => CommandLine.Parse(args, out _).Errors.Select(error => error.Message);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task UnusableAsync(string saying, string[] args) => (await Answer.OfAsync(args)).Unusable(saying);
}
