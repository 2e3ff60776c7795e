using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using DmaGrains.Client.Live;
using DmaGrains.Model;
using DmaGrains.Silo;

namespace DmaGrains.Client.Tests.Fuzz;

/// <summary>Command lines and files that nobody means: none is a fault of the program, none hangs, and what is said is harmless.</summary>
/// <remarks><c>COMMAND_FUZZ</c> says how many, <c>COMMAND_FUZZ_SEED</c> which; tests/fuzz runs many.</remarks>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
public sealed class CommandLineFuzzTests : IDisposable
{
    private static readonly int _count = OddText.Number("COMMAND_FUZZ", 400);
    private static readonly int _seed = OddText.Number("COMMAND_FUZZ_SEED", 20261129);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    // These wait, write where the user's shells look, or play as long as their file says; they have tests of their own.
    private static readonly string[] _left = ["silo", "completion install", "buffer watch", "experiment", "experiment run", "experiment start", "bench", "generate"];
    private static readonly string[] _leftOptions = ["--gateway", "--data", "--watch", "--every", "--token-file", "--tls-ca", "--results", "--record", "--engine", "--root"];

    // A silo of its own for each takes a second.
    private static readonly string[] _live = ["buffer", "device", "board", "experiment status", "experiment stop"];
    private const int LiveShare = 200;

    private static readonly int[] _codes = [ExitCode.Good, ExitCode.Refused, ExitCode.Usage, ExitCode.CannotWrite];

    private readonly Random _random = new(_seed);
    private readonly TemporaryFolder _folder = new();
    private readonly OddText _odd;
    private readonly List<(string Name, string Text)> _files;

    public CommandLineFuzzTests()
    {
        _odd = new(_random);
        _files = [.. ShippedFiles.Boards.Select(name => (name, File.ReadAllText(ShippedFiles.Board(name)!))), .. ShippedFiles.Scenarios.Select(name => (name, File.ReadAllText(ShippedFiles.Scenario(name)!)))];
    }

    [Fact]
    public async Task No_command_line_is_a_fault_or_hangs()
    {
        var commands = Leaves(CommandLine.CreateRoot(), string.Empty).Where(leaf => !_left.Contains(leaf.Path)).ToList();
        var quick = commands.Where(leaf => !_live.Any(live => leaf.Path == live || leaf.Path.StartsWith($"{live} ", StringComparison.Ordinal))).ToList();
        Assert.NotEqual(commands.Count, quick.Count);
        var codes = new Dictionary<int, int>();
        for (var number = 0; number < _count; number++)
        {
            var (path, command) = _odd.OneOf(_random.Next(LiveShare) == 0 ? commands : quick);
            var args = ArgumentsOf(path, command);
            var said = $"command line {number} of seed {_seed}: dmagrains {string.Join(' ', args.Select(arg => arg.Length > 200 ? $"{arg[..200]}…" : arg))}";
            Answer answer;
            try
            {
                answer = await Answer.OfAsync([.. args]).WaitAsync(_patience, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{said}\nhangs{Files()}");
                return;
            }

            codes[answer.Code] = codes.GetValueOrDefault(answer.Code) + 1;
            Assert.True(_codes.Contains(answer.Code), $"{said}\n{answer.Code}\n{answer.Output}\n{answer.Error}{Files()}");
            Assert.True(!answer.Error.Contains("   at ", StringComparison.Ordinal), $"{said}\n{answer.Error}{Files()}");
            Assert.All((answer.Output + answer.Error).EnumerateRunes(), rune => Assert.True(rune.Value is '\n' or '\t' || HarmlessText.Shows(rune), $"{said}\nU+{rune.Value:x4}"));

            // Which failure cannot be saved is known when the exploration has been told.
            var isTold = answer.Output.Length == 0 || args.Contains("--save");
            Assert.True(
                answer.Code != ExitCode.Usage || (isTold && answer.Error.Contains("dmagrains: ", StringComparison.Ordinal)),
                $"{said}\n{answer.Output}\n{answer.Error}");
            if (args.Contains("--json") && answer.Code is ExitCode.Good or ExitCode.Refused && answer.Output.StartsWith('{'))
            {
                using var document = JsonDocument.Parse(answer.Output);
            }
        }

        // It got in, and met refusals.
        Assert.All((int[])[ExitCode.Good, ExitCode.Refused, ExitCode.Usage], code => Assert.True(codes.GetValueOrDefault(code) > _count / 50, string.Join(", ", codes)));
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path)
    {
        foreach (var next in command.Subcommands)
        {
            var name = path.Length == 0 ? next.Name : $"{path} {next.Name}";
            if (next.Action is not null)
            {
                yield return (name, next);
            }

            foreach (var leaf in Leaves(next, name))
            {
                yield return leaf;
            }
        }
    }

    private List<string> ArgumentsOf(string path, Command command)
    {
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Delete(file);
        }

        List<string> args = [.. path.Split(' ')];
        foreach (var argument in command.Arguments.Where(_ => _random.Next(30) != 0))
        {
            args.Add(_random.Next(15) == 0 ? _odd.Word() : ValueOf(argument.Name));
        }

        foreach (var option in command.Options.Where(option => !_leftOptions.Contains(option.Name) && (option.Required || _random.Next(6) == 0)))
        {
            args.Add(option.Name);
            if (option.ValueType != typeof(bool))
            {
                args.Add(_random.Next(8) == 0 && option.Name is not ("--svg" or "--save" or "--output") ? _odd.Word() : OptionValueOf(option.Name));
            }
        }

        if (path == "explore")
        {
            // Orders without end are what this command is about.
            args.AddRange(["--states", "2000", "--seconds", "5"]);
        }

        if (path == "run" && _random.Next(LiveShare) != 0)
        {
            args.AddRange(["--engine", "model"]);
        }

        if (_random.Next(40) == 0)
        {
            args.Insert(_random.Next(args.Count + 1), _odd.Word());
        }

        return args;
    }

    private string ValueOf(string argument) => argument switch
    {
        "SCENARIO" or "BOARD" or "FILE" or "VECTORS" => _random.Next(4) == 0 ? _odd.OneOf(_files).Name : WrittenFile(),
        "FOLDER" or "FIRST" or "SECOND" or "DIR" => _folder.Path,
        "BOARD/BUFFER" => "raspberry-pi-4/frame",
        _ => _odd.OneOf(["raspberry-pi-4/v3d", "v3d", "vc4", "a", "b", "bash", "zsh"]),
    };

    private string OptionValueOf(string option) => option switch
    {
        "--svg" or "--save" or "--output" => _odd.OneOf([Path.Combine(_folder.Path, "out"), "/dev/full", "/nowhere/out", _folder.Path]),
        "--size" or "--stride" => _odd.OneOf(["4KiB", "1920x1080x4", "64KiB", "0", "8GiB"]),
        "--devices" or "--device" or "--pin" => _odd.OneOf(["v3d", "v3d,vc4", "gpu,display", "v3d=vc4"]),
        "--policy" => _odd.OneOf(["refuse", "migrate", "bounce"]),
        "--fault" => _odd.OneOf(["crash", "crash=display", "lost-unmap"]),
        "--board" => _random.Next(2) == 0 ? "raspberry-pi-4" : WrittenFile(),
        _ => _odd.OneOf(["1", "2", "4KiB", "a"]),
    };

    private string WrittenFile()
    {
        var path = Path.Combine(_folder.Path, $"f{_random.Next(1 << 30)}.yaml");
        var bytes = Encoding.UTF8.GetBytes(_odd.Changed(_odd.OneOf(_files).Text));
        if (bytes.Length > 0 && _random.Next(10) == 0)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Files() => string.Concat(Directory.GetFiles(_folder.Path, "f*").Select(path => $"\n{path}:\n{File.ReadAllText(path)}"));
}
