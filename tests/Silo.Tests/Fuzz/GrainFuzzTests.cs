using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Tests.Http;

namespace DmaGrains.Silo.Tests.Fuzz;

/// <summary>Calls of grains that nobody makes on purpose: none is a fault, none hangs, and none that is refused changes anything.</summary>
/// <remarks><c>GRAIN_FUZZ</c> says how many, <c>GRAIN_FUZZ_SEED</c> which; tests/fuzz runs many.</remarks>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
public sealed class GrainFuzzTests(HttpApiSilo shared) : IClassFixture<HttpApiSilo>
{
    // So often there is a board with buffers again.
    private const int Calls = 20;

    // Commands do most.
    private const int CommandShare = 8;

    private static readonly int _count = FuzzedBoard.Number("GRAIN_FUZZ", 3000);
    private static readonly int _seed = FuzzedBoard.Number("GRAIN_FUZZ_SEED", 20261129);
    private static readonly string[] _names = ["a", "b", "m", "n", "gpu", "display", "codec", "ram", "mmu", "b0", "fuzz"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(45);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_call_is_a_fault_or_hangs_and_nothing_refused_changes_anything()
    {
        var random = new Random(_seed);
        var board = new FuzzedBoard(shared.Silo.Grains);
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
                await board.SetUpAsync();
                state = await board.StateAsync();
            }

            var method = methods[random.Next(methods.Length)];
            var args = values.Of(method);
            var key = KeyFor(method, random);
            var (outcome, told) = await CallAsync(method, key, args);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            var now = await board.StateAsync();
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
            nameof(IDmaBufferGrain) => $"{board}/{name ?? FuzzedBoard.Buffers[random.Next(FuzzedBoard.Buffers.Count)]}",
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
}
