using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>
/// Plays every order with faults in every place through the runner, one by one: what exploring with faults is held against. An importer
/// that crashed goes on with steps that give back what the runner says it got; memory runs out at a step of a buffer that nobody uses.
/// </summary>
internal sealed class FaultyOrders
{
    private const string Marker = "marker";

    private readonly Scenario _scenario;
    private readonly ImmutableArray<Part> _parts;
    private readonly ImmutableArray<string> _regions;
    private readonly Board _board;
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (int Orders, int Length)> _refusals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ends = [];

    private FaultyOrders(Scenario scenario, ImmutableArray<Fault> faults)
    {
        _scenario = scenario with { Buffers = [.. scenario.Buffers, new(Marker, Page.SizeBytes)] };
        _parts = [.. scenario.Importers.Select(importer => PartOf(importer, faults)), .. faults.Select(PartOf).OfType<Part>()];
        _regions =
        [
            .. from fault in faults.OfType<Fault.MemoryRunsOut>()
               from region in scenario.Board.Memory
               where fault.Region is null
                   ? region.Kind is MemoryKind.System or MemoryKind.Contiguous
                       && (region.Users.IsEmpty || scenario.Buffers.Any(buffer => buffer.Memory.IsEmpty && region.Users.Names.Contains(buffer.Exporter!)))
                   : region.Name == fault.Region
               select region.Name,
        ];
        _board = Board.Create(scenario.Board).Value;
    }

    /// <summary>How many orders lead to each outcome, and to how many different ends; how many orders have each refusal, and after how many steps at least.</summary>
    public static async Task<(SortedDictionary<string, int> Outcomes, int Ends, SortedDictionary<string, (int Orders, int Length)> Refusals)> PlayAsync(
        Scenario scenario, ImmutableArray<Fault> faults)
    {
        var orders = new FaultyOrders(scenario, faults);
        await orders.GoOnAsync([.. orders._parts.Select(part => new Place(part.Importer.Steps, 0, null, 0))], []);
        return (orders._outcomes, orders._ends.Count, orders._refusals);
    }

    private static Part PartOf(Importer importer, ImmutableArray<Fault> faults) => new(
        importer,
        faults.OfType<Fault.Crash>().Any(fault => fault.Importer is null || fault.Importer == importer.Name),
        faults.OfType<Fault.Hang>().Any(fault => fault.Importer is null || fault.Importer == importer.Name),
        IsOptional: false);

    private static Part? PartOf(Fault fault) => fault switch
    {
        Fault.Revoke revoke => Optional("revoke", null, new(StepKind.Revoke, revoke.Buffer, default, null, false, 0)),
        Fault.MemoryRunsOut => Optional("memory", null, new(StepKind.Recalculate, Marker, default, null, false, 0)),
        Fault.Parameters change => Optional(
            "parameters", change.Device, new(StepKind.SetParameters, string.Empty, default, null, false, 0) { Parameters = change.Declared }),
        _ => null,
    };

    private static Part Optional(string name, string? device, Step step) => new(new(name, device, [step]), false, false, IsOptional: true);

    /// <param name="places">Where everybody is.</param>
    /// <param name="actions">Whose actions led here; those that are no step are of nobody the runner knows.</param>
    private async Task GoOnAsync(ImmutableArray<Place> places, ImmutableArray<(int Part, bool IsStep)> actions)
    {
        if (!places.Where((place, part) => !_parts[part].IsOptional && place.Next < place.Steps.Length).Any())
        {
            await NoteAsync(places, actions);
        }

        for (var part = 0; part < places.Length; part++)
        {
            var place = places[part];
            if (place.Next == place.Steps.Length)
            {
                continue;
            }

            await GoOnAsync(places.SetItem(part, place with { Next = place.Next + 1 }), actions.Add((part, true)));
            if (place.Next == 0 || place.Fault is not null)
            {
                continue;
            }

            var played = place.Steps[..place.Next];
            if (_parts[part].MayCrash)
            {
                var cleanup = Cleanup(AnswersOf((await RunAsync(places, actions)).Report, part).Zip(played));
                await GoOnAsync(places.SetItem(part, new([.. played, .. cleanup], place.Next, "crash", place.Next)), actions.Add((part, false)));
            }

            if (_parts[part].MayHang)
            {
                await GoOnAsync(places.SetItem(part, new(played, place.Next, "hang", place.Next)), actions.Add((part, false)));
            }
        }
    }

    /// <summary>Unmaps all that is mapped, then gives back raw lists and page frame numbers, then detaches, each buffer by buffer.</summary>
    private static IEnumerable<Step> Cleanup(IEnumerable<(string Answer, Step Step)> played)
    {
        (StepKind Got, StepKind GivenBack)[] pairs =
        [
            (StepKind.Map, StepKind.Unmap), (StepKind.GetScatterlist, StepKind.PutScatterlist), (StepKind.GetPfns, StepKind.PutPfns),
            (StepKind.Attach, StepKind.Detach),
        ];
        var granted = played.Where(one => one.Answer == "ok").Select(one => one.Step).ToList();
        return
            from pair in pairs
            from buffer in granted.Where(step => IsGotBy(step.Kind, pair.Got)).Select(step => step.Buffer).Distinct().Order(StringComparer.Ordinal)
            let got = granted.Count(step => IsGotBy(step.Kind, pair.Got) && step.Buffer == buffer)
            let givenBack = granted.Count(step => step.Kind == pair.GivenBack && step.Buffer == buffer)
            from _ in Enumerable.Range(0, got - givenBack)
            select new Step(pair.GivenBack, buffer, default, null, false, 0);
    }

    private static bool IsGotBy(StepKind kind, StepKind got) => kind == got || (got == StepKind.Map && kind.Maps());

    private async Task NoteAsync(ImmutableArray<Place> places, ImmutableArray<(int Part, bool IsStep)> actions)
    {
        var (report, board) = await RunAsync(places, actions);
        var answers = places.Select((place, part) => (_parts[part].Importer.Name, AnswersOf(report, part, place).AsEnumerable()));
        var outcome = EveryOrder.Words(answers, EveryOrder.HazardsOf(report));
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
        _ends.Add($"{outcome} {TextOf(board)}");
        var steps = report.Steps.Where(step => step.Importer != "export").ToList();
        var lengths = Enumerable.Range(0, actions.Length).Where(action => actions[action].IsStep).Select(action => action + 1);
        foreach (var (title, length) in steps.Zip(lengths)
            .Where(one => one.First.Refusal is not null && one.First.Buffer != Marker)
            .GroupBy(one => string.Join(' ', new[] { one.First.Importer, one.First.Operation, one.First.Buffer, one.First.Outcome }.OfType<string>()))
            .Select(group => (group.Key, group.Min(one => one.Second))))
        {
            var (orders, least) = _refusals.GetValueOrDefault(title, (0, int.MaxValue));
            _refusals[title] = (orders + 1, Math.Min(least, length));
        }
    }

    private IEnumerable<string> AnswersOf(RunReport report, int part) =>
        report.Steps.Where(step => step.Importer == _parts[part].Importer.Name).Select(step => step.Outcome);

    private List<string> AnswersOf(RunReport report, int part, Place place)
    {
        var answers = AnswersOf(report, part).ToList();
        if (place.Fault is { } fault)
        {
            answers.Insert(place.FaultAt, fault);
        }

        return answers;
    }

    private async Task<(RunReport Report, Board Board)> RunAsync(ImmutableArray<Place> places, ImmutableArray<(int Part, bool IsStep)> actions)
    {
        var engine = new Engine(_board, _regions);
        var scenario = _scenario with
        {
            Importers = [.. places.Select((place, part) => _parts[part].Importer with { Steps = place.Steps })],
            Order = [.. actions.Where(action => action.IsStep).Select(action => action.Part)],
        };
        return (await ScenarioRunner.PlayAsync(scenario, engine, CancellationToken.None), engine.Board);
    }

    /// <summary>What of a board can still matter to somebody.</summary>
    private string TextOf(Board board)
    {
        var text = new StringBuilder();
        var names = _scenario.Buffers.Select(export => export.Name).Concat(_regions.Select(NameOfTaken));
        foreach (var buffer in names.Select(board.Buffer).OfType<DmaBuffer>())
        {
            var cpu = buffer.Cpu;
            text.Append(CultureInfo.InvariantCulture, $"{buffer.Name} {buffer.IsReleased} {buffer.IsRevoked} {buffer.IsFreed} {buffer.Constraints} ")
                .Append(CultureInfo.InvariantCulture, $"{cpu.IsWrittenBack} {cpu.IsStale} {cpu.IsDirty} {Lines(cpu.Accesses.Select(access => $"{access}"))} ")
                .Append(CultureInfo.InvariantCulture, $"{buffer.Storage?.AllocatedUnder} {Lines(buffer.Storage?.Extents.Select(extent => $"{extent}"))} ")
                .Append(Lines(buffer.Attachments.Select(one => $"{one.Name} {one.Demand} {one.Takes} {one.IsPending} {one.Unstated}")))
                .Append(Lines(buffer.Mappings.Select(one => $"{one.Name} {one.Attachment} {one.Direction} {one.Access} {one.Raw} {one.Options} {one.MadeUnder} {TextOf(one.Mapped)} {one.Addresses?.Device}")))
                .Append(Lines(buffer.Hazards.Select(one => $"{one.Kind} {one.Importer} {one.Field}").Distinct().Order(StringComparer.Ordinal)));
        }

        var state = board.Translation.StateBesideHeld;
        var stages = state.Stages.Zip(board.Translation.Stages).Select(stage => stage.First.Context + Lines(stage.First.Spaces.Select(space =>
            $"{(stage.Second.Layout.Policy == IovaPolicy.RoundRobin ? space.NextGranule : 0)} {Lines(space.Retired.Select(range => $"{range}"))}")));
        return text.Append(Lines(stages)).Append(state.Pool?.NextSlot).Append(Lines(state.RestrictedPools.Select(pool => $"{pool.NextSlot}")))
            .Append(Lines(_scenario.Board.Devices.Select(device => $"{board.Device(device.Name)!.Parameters}")))
            .Append(Lines(board.Memory.Describe().Select(use => $"{use}")))
            .ToString();
    }

    private static string TextOf(DmaMapped? mapped) => mapped is null
        ? "-"
        : Lines(mapped.Stages.Select(stage => $"{stage}")) + Lines(mapped.Bounces.Select(bounce => $"{bounce}"));

    private static string NameOfTaken(string region) => $"taken-of-{region}";

    private static string Lines(IEnumerable<string>? parts) => $"[{string.Join(", ", parts ?? [])}]";

    private sealed record Part(Importer Importer, bool MayCrash, bool MayHang, bool IsOptional);

    private sealed record Place(ImmutableArray<Step> Steps, int Next, string? Fault, int FaultAt);

    /// <summary>A board in whose memory nothing is free any more after the step of <see cref="Marker"/>.</summary>
    private sealed class Engine(Board board, ImmutableArray<string> regions) : IEngine
    {
        public Board Board { get; private set; } = board;

        public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) => Step(Board.Export(origin));

        public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) => Step(Board.Execute(buffer, command));

        public Task<DmaResult<DmaReply>> TestMapAsync(
            string buffer, string attachment, DmaDirection direction, MapOptions options) =>
            Task.FromResult(Board.TestMap(buffer, attachment, direction, options));

        public Task<Refusal?> SwitchContextAsync(string device, uint context) => Step(Board.SwitchContext(device, context));

        public Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters) =>
            Step(Board.SetDevice(Board.Device(device)! with { Parameters = parameters }));

        public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) => Task.FromResult(buffer == Marker
            ? TakeAll() is { } refusal
                ? DmaResult.Refuse<RecalculatedUnion>(refusal)
                : DmaResult.Grant(new RecalculatedUnion(DmaConstraints.Unconstrained, DmaConstraints.Unconstrained, null))
            : Board.Recalculate(buffer));

        public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => Task.FromResult(Board.Buffer(buffer) is { } known
            ? DmaResult.Grant(known)
            : DmaResult.Refuse<DmaBuffer>(BufferExports.NoBuffer(buffer)));

        public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => Task.FromResult(Board.Memory.Describe());

        private Refusal? TakeAll()
        {
            foreach (var region in Board.Memory.Describe().Where(use => regions.Contains(use.Name) && use.FreeBytes != 0))
            {
                var (next, reply) = Board.Export(new(NameOfTaken(region.Name), region.FreeBytes)
                {
                    Policy = new() { Constraints = ConstraintModel.None, Allocation = AllocationTime.AtExport },
                    Memory = new(region.Name),
                });
                Board = next;
                if (reply.Refusal is { } refusal)
                {
                    return refusal;
                }
            }

            return null;
        }

        private Task<TReply> Step<TReply>((Board Next, TReply Reply) step)
        {
            Board = step.Next;
            return Task.FromResult(step.Reply);
        }
    }
}
