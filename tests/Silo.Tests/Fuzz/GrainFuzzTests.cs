using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo.Tests.Http;

namespace DmaGrains.Silo.Tests.Fuzz;

/// <summary>Calls of grains that nobody makes on purpose: none is a fault, none hangs, and none that is refused changes anything.</summary>
/// <remarks><c>GRAIN_FUZZ</c> says how many, <c>GRAIN_FUZZ_SEED</c> which; tests/fuzz runs many.</remarks>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
public sealed class GrainFuzzTests(HttpApiSilo shared) : IClassFixture<HttpApiSilo>
{
    private const string Board = """
        {"name": "fuzz", "title": "t", "memory": [{"name": "ram", "kind": "system", "start": "0x100000", "size": "1MiB"}],
         "iommus": [{"name": "mmu", "first": 0, "last": "0xffffff", "contexts": 2}],
         "devices": [{"name": "gpu", "max_segment_size": "64KiB"}, {"name": "display", "max_segment_count": 1}, {"name": "codec", "iommu": "mmu"}]}
        """;

    // So often there is a board with buffers again.
    private const int Calls = 20;

    // Commands do most.
    private const int CommandShare = 8;

    private static readonly int _count = Number("GRAIN_FUZZ", 3000);
    private static readonly int _seed = Number("GRAIN_FUZZ_SEED", 20261129);
    private static readonly string[] _buffers = ["b0", "b1", "b2"];
    private static readonly string[] _names = ["a", "b", "m", "n", "gpu", "display", "codec", "ram", "mmu", "b0", "fuzz"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(45);

    private readonly DmaCaller _caller = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_call_is_a_fault_or_hangs_and_nothing_refused_changes_anything()
    {
        var random = new Random(_seed);
        var values = new AnyValue(random, _names);
        var methods = typeof(IDmaBufferGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsPublic && typeof(IGrain).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => Enumerable.Repeat(method, method.Name == nameof(IDmaBufferGrain.ExecuteAsync) ? CommandShare : 1)).ToArray();
        var outcomes = new Dictionary<string, int>();
        var wrong = new List<string>();
        var state = string.Empty;
        for (var number = 0; number < _count; number++)
        {
            if (number % Calls == 0)
            {
                await SetUpAsync();
                state = await StateAsync();
            }

            var method = methods[random.Next(methods.Length)];
            var args = values.Of(method);
            var key = KeyFor(method, random);
            var (outcome, told) = await CallAsync(method, key, args);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            var now = await StateAsync();
            var said = $"call {number} of seed {_seed}: {method.DeclaringType!.Name} {key}: {method.Name}({Text(args)}): {outcome} {told}";
            if (outcome is not ("granted" or "refused" or "wrong argument"))
            {
                wrong.Add(said);
            }

            if (outcome != "granted" && state != now)
            {
                wrong.Add($"{said}\nchanged\n{state}\nto\n{now}");
            }

            state = now;
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong\n{string.Join("\n\n", wrong.Take(5))}");
        Assert.All((string[])["granted", "refused"], outcome => Assert.True(outcomes.GetValueOrDefault(outcome) > _count / 20, string.Join(", ", outcomes)));
    }

    private async Task<(string Outcome, string Told)> CallAsync(MethodInfo method, string key, object?[] args)
    {
        try
        {
            var task = (Task)method.Invoke(shared.Silo.Grains.GetGrain(method.DeclaringType!, key), args)!;
            await task.WaitAsync(_patience, Cancellation);
            var result = task.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(task);
            return (IsRefused(result) ? "refused" : "granted", $"{result}");
        }
        catch (ArgumentException wrong)
        {
            return ("wrong argument", wrong.Message);
        }
        catch (Exception fault)
        {
            return ("fault", fault.ToString());
        }
    }

    private static bool IsRefused(object? result) => result is Refusal
        || (result is ImmutableArray<DmaResult<DmaReply>> replies && replies.All(reply => !reply.IsGranted))
        || (result?.GetType().GetProperty("Refusal") is { } refusal && refusal.GetValue(result) is not null);

    private static string KeyFor(MethodInfo method, Random random)
    {
        var board = random.Next(20) == 0 ? "none" : "fuzz";
        var name = random.Next(20) == 0 ? "\u001b[2J" : null;
        return method.DeclaringType!.Name switch
        {
            nameof(IDmaBufferGrain) => $"{board}/{name ?? _buffers[random.Next(_buffers.Length)]}",
            nameof(IDeviceGrain) => $"{board}/{name ?? _names[random.Next(_names.Length)]}",
            nameof(IExperimentGrain) => $"experiment:{name ?? "x"}",
            nameof(IBoardListGrain) => "boards:",
            nameof(IBoardGrain) => $"board:{name ?? board}",
            nameof(IMemoryGrain) => $"memory:{name ?? board}",
            nameof(ITranslationGrain) => $"translation:{name ?? board}",
            var other => throw new NotSupportedException($"{other} has no key here."),
        };
    }

    private static string Text(object?[] args)
    {
        var text = string.Join(", ", args.Select(TextOf));
        return text.Length > 1500 ? text[..1500] : text;
    }

    private static string TextOf(object? arg)
    {
        try
        {
            return arg?.ToString() ?? "null";
        }
        catch (Exception impossible)
        {
            return $"{arg!.GetType().Name} ({impossible.Message})";
        }
    }

    private async Task SetUpAsync()
    {
        var grains = shared.Silo.Grains;
        await grains.GetBoard("fuzz").DefineAsync(BoardFile.Parse(Board, "board"), Cancellation);
        foreach (var buffer in _buffers)
        {
            await grains.GetBuffer("fuzz", buffer).ExportAsync(new(buffer, 65536) { Id = _caller.Next() }, Cancellation);
            await grains.GetBuffer("fuzz", buffer).AttachAsync("a", "gpu", _caller.Next(), Cancellation);
        }
    }

    /// <summary>All that calls could have changed.</summary>
    private async Task<string> StateAsync()
    {
        var grains = shared.Silo.Grains;
        var boards = (await grains.GetBoards().ListAsync(string.Empty, IBoardGrain.PageMax, Cancellation)).Value;
        var board = await grains.GetBoard("fuzz").GetAsync(Cancellation);
        var memory = await grains.GetMemory("fuzz").DescribeAsync(Cancellation);
        var buffers = await Task.WhenAll(_buffers.Select(buffer => grains.GetBuffer("fuzz", buffer).DescribeAsync(Cancellation)));
        return ReportJson.Text(new
        {
            boards.Names,
            board = board.TryGetValue(out var definition) ? BoardReport.Of(definition, memory) : null,
            buffers = buffers.Select(found => found.TryGetValue(out var buffer) ? BufferReport.Of(buffer) : null),
        });
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
