using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Analysis.Advising;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DmaGrains.Silo.Http;

/// <summary>What can be asked of the model without a live buffer: it plays on a copy of a board.</summary>
internal static class AnalysisEndpoints
{
    /// <summary>The most states of an exploration.</summary>
    public const long StatesMax = 1_000_000;

    /// <summary>The longest time of a request.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);

    private const long MemoryBytesMax = 1L << 30;

    /// <summary>Maps them.</summary>
    public static void MapAnalysis(this IEndpointRouteBuilder api)
    {
        // They change nothing, so they are for readers.
        var analysis = api.MapGroup("/analysis").WithTags("analysis").RequireRateLimiting(HttpLimits.Analysis).ForReaders();
        analysis.MapPost("/run", RunAsync).WithName("run").WithSummary("Plays a scenario.");
        analysis.MapPost("/compare", CompareAsync).WithName("compare").WithSummary("Plays a scenario under several policies, and recommends one.");
        analysis.MapPost("/explore", ExploreAsync).WithName("explore").WithSummary("Plays a scenario's importers in every order of their steps.");
        analysis.MapPost("/advise", AdviseAsync).WithName("advise").WithSummary("Shows who should export a buffer for some importers, and from which memory.");
    }

    private static Task<Answer<RunReport>> RunAsync(RunRequest body, IGrainFactory grains, CancellationToken cancellation) =>
        WithinAsync<RunReport>(async stop =>
        {
            var read = await ScenarioOfAsync(body.Scenario, body.Board, grains, stop);
            if (!read.TryGetValue(out var scenario))
            {
                return read.Refusal!;
            }

            var played = body.Policy is null ? scenario : scenario.Under(PolicyNamed(body.Policy).Policy);
            return await ScenarioRunner.PlayAsync(played, ModelEngine.Create(played.Board).Value, stop);
        }, cancellation);

    private static Task<Answer<ComparisonReport>> CompareAsync(CompareRequest body, IGrainFactory grains, CancellationToken cancellation) =>
        WithinAsync<ComparisonReport>(async stop =>
        {
            if (Nulls.In(nameof(body.Policies), body.Policies) is { } isNull)
            {
                return isNull;
            }

            var read = await ScenarioOfAsync(body.Scenario, body.Board, grains, stop);
            if (!read.TryGetValue(out var scenario))
            {
                return read.Refusal!;
            }

            var policies = PoliciesNamed(body.Policies);
            return await (policies.IsEmpty
                ? PolicyComparison.PlayWithWrittenAsync(scenario, NamedPolicies.All, FreshAsync, stop)
                : PolicyComparison.PlayAsync(scenario, policies, FreshAsync, stop));
        }, cancellation);

    private static Task<Answer<ExplorationReport>> ExploreAsync(ExploreRequest body, IGrainFactory grains, CancellationToken cancellation) =>
        WithinAsync<ExplorationReport>(async stop =>
        {
            if ((Nulls.In(nameof(body.Faults), body.Faults) ?? Nulls.In(nameof(body.Policies), body.Policies)) is { } isNull)
            {
                return isNull;
            }

            if (body.States is < 1 or > StatesMax)
            {
                return Refusal.Of(Errno.EINVAL, nameof(body.States), $"States is {body.States}: expected 1 to {StatesMax}.");
            }

            var read = await ScenarioOfAsync(body.Scenario, body.Board, grains, stop);
            if (!read.TryGetValue(out var scenario))
            {
                return read.Refusal!;
            }

            ImmutableArray<string> faults = body.Faults ?? [];
            var policies = PoliciesNamed(body.Policies);
            var options = new ExplorationOptions
            {
                Faults = [.. faults.Select(fault => FaultNamed(fault, scenario)).Distinct()],
                Waits = body.Wait,
                StatesMax = body.States,
                MemoryBytesMax = MemoryBytesMax,
                TimeMax = TimeMax / Math.Max(1, policies.Length) / 2,
                Cores = 1,
            };
            List<ExploredPolicy> explored = policies.IsEmpty
                ? [Exploration.Play(scenario, options, cancellation: stop)]
                : [.. policies.Select(policy => Exploration.Play(scenario, policy.Name, policy.Policy, options, cancellation: stop))];
            stop.ThrowIfCancellationRequested();
            return Exploration.ReportOf(scenario, faults, explored);
        }, cancellation);

    private static Task<Answer<AdviceReport>> AdviseAsync(AdviseRequest body, IGrainFactory grains, CancellationToken cancellation) =>
        WithinAsync<AdviceReport>(async stop =>
        {
            var found = await BoardOfAsync(body.Board, grains, stop);
            if (!found.TryGetValue(out var board))
            {
                return found.Refusal!;
            }

            return (body.Check() ?? body.CheckOn(board)) is { } refusal
                ? refusal
                : Advisor.Advise(new(board, body.Devices, body.Size) { Lines = body.Lines?.ToLines(), Exporter = body.Exporter, Cancellation = stop });
        }, cancellation);

    /// <summary>Does it in the time that a request may take.</summary>
    private static async Task<Answer<T>> WithinAsync<T>(Func<CancellationToken, Task<Answer<T>>> does, CancellationToken asked)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(asked);
        stop.CancelAfter(TimeMax);
        try
        {
            return await does(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !asked.IsCancellationRequested)
        {
            return ProblemReport.Of(StatusCodes.Status422UnprocessableEntity, $"It takes longer than {TimeMax.TotalSeconds} s: expected less; 'dmagrains' takes its time.");
        }
    }

    private static Task<IEngine> FreshAsync(Scenario fresh) => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value);

    /// <summary>The scenario, on a board of the request or on the one of the cluster that it names.</summary>
    private static async Task<DmaResult<Scenario>> ScenarioOfAsync(
        JsonElement scenario, JsonElement? board, IGrainFactory grains, CancellationToken cancellation)
    {
        var named = board ?? (scenario.ValueKind == JsonValueKind.Object && scenario.TryGetProperty("board", out var name) ? name : default(JsonElement?));
        var found = named is { } given
            ? await BoardOfAsync(given, grains, cancellation)
            : DmaResult.Refuse<BoardDefinition>(Refusal.Of(Errno.EINVAL, "Board", "There is no board: expected its name in the scenario, or the key 'board' beside it."));
        return found.TryGetValue(out var definition)
            ? DmaResult.Grant(ScenarioFile.Parse(FileBody.TextOf(scenario), "scenario", definition))
            : DmaResult.Refuse<Scenario>(found.Refusal!);
    }

    /// <summary>A board: the name of one of the cluster, or what a board file says.</summary>
    private static async Task<DmaResult<BoardDefinition>> BoardOfAsync(JsonElement board, IGrainFactory grains, CancellationToken cancellation) =>
        board.ValueKind != JsonValueKind.String ? DmaResult.Grant(BoardFile.Parse(FileBody.TextOf(board), "board"))
        : ModelName.Check(TextOf(board), "Board") is { } refusal ? DmaResult.Refuse<BoardDefinition>(refusal)
        : await grains.GetBoard(TextOf(board)).GetAsync(cancellation);

    /// <summary>A text; as it was written where half a character is missing, which is no text.</summary>
    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return text.GetRawText();
        }
    }

    private static ImmutableArray<(string Name, ExporterPolicy Policy)> PoliciesNamed(ImmutableArray<string>? names) =>
        [.. (names ?? []).Distinct().Select(PolicyNamed)];

    private static (string Name, ExporterPolicy Policy) PolicyNamed(string name) => NamedPolicies.Find(name) is { } policy
        ? (name, policy)
        : throw new BadHttpRequestException($"{Quoted.Text(name)} is not a policy: {Closest.Expecting(name, [.. NamedPolicies.All.Select(named => named.Name)])}.");

    private static Fault FaultNamed(string text, Scenario scenario)
    {
        try
        {
            return FaultText.Read(text, scenario);
        }
        catch (FormatException problem)
        {
            throw new BadHttpRequestException(problem.Message);
        }
    }
}

/// <summary>A scenario to play.</summary>
internal sealed record RunRequest(
    [property: Description("As a scenario file says it.")] JsonElement Scenario,
    [property: Description("The board, as a board file says it, or its name in the cluster; null for the one that the scenario names.")] JsonElement? Board = null,
    [property: Description("A policy for every buffer instead of the scenario's; null for those.")] string? Policy = null);

/// <summary>A scenario to play under several policies.</summary>
internal sealed record CompareRequest(
    [property: Description("As a scenario file says it.")] JsonElement Scenario,
    [property: Description("As in a run.")] JsonElement? Board = null,
    [property: Description("The names of policies; null for what the scenario says, and all.")] ImmutableArray<string>? Policies = null);

/// <summary>A scenario to explore.</summary>
internal sealed record ExploreRequest(
    [property: Description("As a scenario file says it.")] JsonElement Scenario,
    [property: Description("As in a run.")] JsonElement? Board = null,
    [property: Description("The names of policies; null for what the scenario says.")] ImmutableArray<string>? Policies = null,
    [property: Description("Faults that may happen at any point, such as crash=display.")] ImmutableArray<string>? Faults = null,
    [property: Description("Whether an importer that gets EAGAIN tries again when something has changed.")] bool Wait = false,
    [property: Description("The most states, 1 to 1000000.")] long States = AnalysisEndpoints.StatesMax);

/// <summary>Importers and the buffer that they are to share.</summary>
internal sealed record AdviseRequest(
    [property: Description("The board, as a board file says it, or its name in the cluster.")] JsonElement Board,
    [property: Description("The importers, 1 to 16 devices of the board.")] ImmutableArray<string> Devices,
    [property: Description("Bytes, or a text such as 1920x1080x4."), JsonConverter(typeof(SizeConverter))] ulong Size,
    [property: Description("The lines of a video frame; null when the buffer is not a frame.")] LinesRequest? Lines = null,
    [property: Description("The device that has to export; null for any device or a heap.")] string? Exporter = null)
{
    /// <summary>EINVAL naming Devices, Size or Lines; null when the request is well-formed.</summary>
    public Refusal? Check() =>
        Nulls.In(nameof(Devices), Devices) is { } isNull ? isNull
        : Devices.IsDefaultOrEmpty || Devices.Length > AdviceRequest.DevicesMax || Devices.Distinct().Count() != Devices.Length
            ? Refusal.Of(Errno.EINVAL, nameof(Devices), $"The devices are not 1 to {AdviceRequest.DevicesMax} different ones: expected those.")
        : Size is 0 or > BufferExport.SizeBytesMax
            ? new(Errno.EINVAL, null, nameof(Size), Size, BufferExport.SizeBytesMax, $"The buffer has {Size} bytes: expected 1 to {BufferExport.SizeBytesMax}.")
        : Lines?.ToLines().Check("The buffer", Size);

    /// <summary>ENODEV naming Devices or Exporter when the board has no such device; else null.</summary>
    public Refusal? CheckOn(BoardDefinition board) =>
        Devices.Append(Exporter ?? Devices[0]).FirstOrDefault(name => board.Devices.All(known => known.Name != name)) is { } unknown
            ? DmaBuffer.NoDevice(unknown)
            : null;
}
