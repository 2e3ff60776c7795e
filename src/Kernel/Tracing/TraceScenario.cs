using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Kernel.Tracing;

/// <summary>A scenario that plays what a trace tells, as exporters of mainline do: no limits are looked at, and storage is there at the export.</summary>
/// <param name="Text">The scenario file's text.</param>
/// <param name="BoardText">The text of a board of the trace; null when a board was given.</param>
/// <param name="Buffers">How many buffers it has.</param>
/// <param name="Steps">How many steps.</param>
/// <param name="Differences">What it leaves out or plays otherwise than the trace, a sentence each.</param>
public sealed record TraceScenario(string Text, string? BoardText, int Buffers, int Steps, ImmutableArray<string> Differences)
{
    /// <summary>The most steps of such a scenario: a file has at most 1 MiB.</summary>
    public const int StepsMax = 4000;

    /// <summary>The largest buffer of such a scenario, in bytes.</summary>
    public const ulong SizeBytesMax = 1UL << 40;

    private const int RoundsMax = 8;
    private const int DifferencesMax = 100;

    /// <summary>Makes a scenario, and plays it until it ends as the trace does, or what differs is known.</summary>
    /// <param name="history">The trace; without a board that its lists were held against, one is made of it.</param>
    /// <param name="file">The scenario's path, to which its board's is relative.</param>
    /// <param name="boardFile">The board's path.</param>
    /// <param name="cancellation">Cancels playing.</param>
    /// <exception cref="FileFormatException">Nothing of the trace can be played.</exception>
    public static async Task<TraceScenario> OfAsync(TraceHistory history, string file, string boardFile, CancellationToken cancellation)
    {
        var limits = history.Limits;
        var draft = new Draft(history, file);
        var traced = limits is null ? TracedBoard.Of(history, draft.Buffers) : null;
        var boardText = traced?.Text(draft.Devices);
        var board = limits?.Board ?? BoardFile.Parse(boardText!, boardFile);
        for (var round = 0; ; round++)
        {
            if (draft.StepCount == 0)
            {
                throw new Place(file, 1, 1).Fail("no step of the trace can be played, so there is nothing to play", "attaches, maps or releases of buffers of known size");
            }

            var played = ScenarioFile.Parse(draft.Text(traced, "board"), file, board);
            var engine = ModelEngine.Create(board).Value;
            var report = await ScenarioRunner.PlayAsync(played, engine, cancellation);
            if (round == RoundsMax || !draft.LeaveOutWhatDiffers(report))
            {
                draft.TellWhatDiffers(report);
                break;
            }
        }

        var reference = limits is null ? Path.GetFileName(boardFile) : BoardReference.Of(boardFile, file);
        return new(draft.Text(traced, reference), boardText, draft.Buffers.Count, draft.StepCount, [.. draft.Differences.Take(DifferencesMax)]);
    }

    /// <summary>The steps of a scenario to be.</summary>
    private sealed class Draft
    {
        private const string Exporter = "exporter";

        private readonly List<Turn> _turns = [];
        private readonly TraceLimits? _limits;
        private readonly HashSet<TracedBuffer> _kept = [];
        private readonly Dictionary<(string Device, int Further), string> _further = [];
        private readonly bool _bounces;

        public Draft(TraceHistory history, string file)
        {
            _limits = history.Limits;
            _bounces = history.Steps.Any(step => step.List?.Bounces.Count > 0 || step.RefusedBounces.Count > 0);
            Buffers = Choose(history);
            if (Buffers.Count == 0)
            {
                throw new Place(file, 1, 1).Fail("the trace has no buffer of known size, so there is nothing to play", "a trace with the probes of docs/recording.md");
            }

            var chosen = Buffers.ToHashSet();
            var names = new Dictionary<TracedAttachment, string>();
            var open = new HashSet<(string Importer, TracedBuffer Buffer)>();
            foreach (var step in history.Steps)
            {
                if (step.Buffer is { } buffer && chosen.Contains(buffer))
                {
                    Add(step, buffer, names, open);
                }
            }

            if (history.Steps.Any(step => step.Op is TraceOp.CpuBegin or TraceOp.CpuEnd or TraceOp.Vmap or TraceOp.Vunmap))
            {
                Differences.Add("Use by the CPU is left out: its ends are not all in traces.");
            }
        }

        public List<TracedBuffer> Buffers { get; }

        public List<string> Differences { get; } = [];

        /// <summary>The devices, by the kernel's names: their names in the scenario.</summary>
        public Dictionary<string, string> Devices { get; } = [];

        public int StepCount => _turns.Count;

        public bool LeaveOutWhatDiffers(RunReport report)
        {
            var steps = report.Steps.Skip(Buffers.Count).ToList();
            var wrong = _turns.Zip(steps).Where(pair => pair.First.Outcome is not null and not Vocabulary.Ok && pair.Second.Outcome != pair.First.Outcome)
                .Select(pair => pair.First).ToHashSet();
            foreach (var turn in wrong)
            {
                Differences.Add($"Line {turn.Line}: {turn.Importer} was refused with {turn.Outcome} at a {turn.Verb} of {turn.Buffer.Name}, for a reason that neither the trace nor the board has: that step is left out.");
            }

            _turns.RemoveAll(wrong.Contains);
            return wrong.Count > 0;
        }

        public void TellWhatDiffers(RunReport report)
        {
            foreach (var (turn, step) in _turns.Zip(report.Steps.Skip(Buffers.Count)).Where(pair => pair.First.Outcome is { } told && told != pair.Second.Outcome))
            {
                Differences.Add($"Line {turn.Line}: {turn.Verb} of {turn.Buffer.Name} by {turn.Importer} was {turn.Outcome}, and the model has {step.Outcome}{(step.Refusal is { } refusal ? $": {refusal.Reason}" : ".")}");
            }
        }

        public string Text(TracedBoard? traced, string board)
        {
            var text = new YamlText();
            text.Comment("Written by dmagrains import trace: what a running kernel did, step by step. Exporters look at no limits, as mainline's.");
            foreach (var difference in Differences.Take(DifferencesMax))
            {
                text.Comment(HarmlessText.Of(difference));
            }

            text.Map().Pair("name", "traced").Word("shows").Quoted("What a trace of a running kernel tells.").Pair("board", board);
            Policy(text, keeps: false);
            text.Word("buffers").List();
            foreach (var buffer in Buffers)
            {
                text.Map(inLine: true).Pair("name", buffer.Name).Pair("size", $"{buffer.SizeBytes}");
                if (traced is not null)
                {
                    text.Pair("memory", [traced.RegionOf(buffer), TracedBoard.Spare]);
                }

                if (_kept.Contains(buffer))
                {
                    Policy(text, keeps: true);
                }

                text.End();
            }

            text.End().Word("importers").List();
            foreach (var importer in _turns.GroupBy(turn => turn.Importer))
            {
                text.Map().Pair("name", importer.Key);
                if (importer.First().Device is { } device)
                {
                    text.Pair("device", device);
                }

                text.Word("steps").List();
                foreach (var turn in importer)
                {
                    Write(text, turn);
                }

                text.End().End();
            }

            return text.End().Pair("order", _turns.Select(turn => turn.Importer)).ToString();
        }

        private static void Write(YamlText text, Turn turn)
        {
            text.Map(inLine: true).Pair(turn.Verb, turn.Buffer.Name);
            if (turn.Direction is { } direction)
            {
                text.Pair("direction", Vocabulary.Directions.WordFor(direction));
            }

            if (turn.Outcome is { } outcome)
            {
                text.Pair("expect", outcome);
            }

            text.End();
        }

        private void Policy(YamlText text, bool keeps)
        {
            text.Word("policy").Map(inLine: true).Pair("constraints", "none").Pair("allocation", "export").Pair("lists", keeps ? "per-attachment" : "per-map");
            if (_bounces)
            {
                text.Pair("bouncing", "true");
            }

            text.End();
        }

        private List<TracedBuffer> Choose(TraceHistory history)
        {
            var counts = history.Steps.Where(step => step.Buffer is not null).GroupBy(step => step.Buffer!).ToDictionary(group => group.Key, group => group.Count());
            var chosen = new List<TracedBuffer>();
            var (steps, unsized, left) = (0, 0, 0);
            foreach (var buffer in history.Buffers)
            {
                var count = 2 * counts.GetValueOrDefault(buffer);
                if (buffer.SizeBytes is null or 0 or > SizeBytesMax)
                {
                    unsized++;
                }
                else if (steps + count > StepsMax || chosen.Count == ScenarioFile.BuffersMax)
                {
                    left++;
                }
                else
                {
                    steps += count;
                    chosen.Add(buffer);
                }
            }

            Tell(unsized, "of unknown or impossible size");
            Tell(left + history.BufferCount - history.Buffers.Count, "beyond what a scenario holds");
            return chosen;
        }

        private void Tell(int count, string why)
        {
            if (count > 0)
            {
                Differences.Add($"{Counted.Of((ulong)count, "buffer")} {why} {(count == 1 ? "is" : "are")} left out.");
            }
        }

        private void Add(TracedStep step, TracedBuffer buffer, Dictionary<TracedAttachment, string> names, HashSet<(string, TracedBuffer)> open)
        {
            if (step.Op == TraceOp.Release)
            {
                _turns.Add(new(step.Line, Exporter, null, null, "release", buffer, null, Vocabulary.Ok));
                return;
            }

            if (step.Op is not (TraceOp.Attach or TraceOp.Map or TraceOp.Unmap or TraceOp.Detach) || step.Device is not { } kernel)
            {
                return;
            }

            if (DeviceOf(kernel) is not { } device)
            {
                return;
            }

            var outcome = OutcomeOf(step);
            if (outcome is not null and not Vocabulary.Ok && !Enum.TryParse<Errno>(outcome, out _))
            {
                Differences.Add($"Line {step.Line}: {device} was refused with {outcome} at a {Verb(step.Op)} of {buffer.Name}, which a scenario cannot expect: that step is left out.");
                return;
            }

            var importer = ImporterOf(step, device, buffer, names, open);
            if (step.Attachment is { IsFromBefore: true } older && names.TryAdd(older, importer))
            {
                _turns.Insert(0, new(step.Line, importer, device, kernel, "attach", buffer, null, null));
                if (step.Op == TraceOp.Unmap)
                {
                    _turns.Insert(1, new(step.Line, importer, device, kernel, "map", buffer, step.Direction ?? DmaDirection.Bidirectional, null));
                }
            }

            if (step is { Op: TraceOp.Unmap, DmaApiCall: false, Attachment.ListIsKnown: true })
            {
                _kept.Add(buffer);
            }

            _turns.Add(new(
                step.Line, importer, device, kernel, Verb(step.Op), buffer, step.Op == TraceOp.Map ? step.Direction ?? DmaDirection.Bidirectional : null, outcome));
        }

        private string? DeviceOf(string kernel)
        {
            if (Devices.TryGetValue(kernel, out var known))
            {
                return known;
            }

            if (_limits is null)
            {
                var made = KernelName.ToModel(kernel);
                return Devices[kernel] = UniqueName.Of(made, Devices.Values.Concat(_further.Values).Append(Exporter));
            }

            var device = _limits.DeviceOf(kernel);
            if (device is not null)
            {
                Devices[kernel] = device;
            }

            var missing = $"{Quoted.Text(HarmlessText.Short(kernel, Quoted.LengthMax))} is not on {_limits.Board.Name}: its steps are left out.";
            if (device is null && !Differences.Contains(missing))
            {
                Differences.Add(missing);
            }

            return device;
        }

        /// <summary>A device is one importer, and a further one for each attachment to a buffer that it is attached to already.</summary>
        private string ImporterOf(
            TracedStep step, string device, TracedBuffer buffer, Dictionary<TracedAttachment, string> names, HashSet<(string, TracedBuffer)> open)
        {
            if (step.Attachment is { } attachment && names.TryGetValue(attachment, out var known))
            {
                if (step.Op == TraceOp.Detach)
                {
                    open.Remove((known, buffer));
                }

                return known;
            }

            var name = device;
            for (var further = 2; open.Contains((name, buffer)); further++)
            {
                if (!_further.TryGetValue((device, further), out var next))
                {
                    next = _further[(device, further)] = UniqueName.Of(device, Devices.Values.Concat(_further.Values).Append(Exporter));
                }

                name = next;
            }

            if (step.Attachment is { } first && step.Op != TraceOp.Detach)
            {
                open.Add((name, buffer));
                if (!first.IsFromBefore)
                {
                    names[first] = name;
                }
            }

            return name;
        }

        private static string Verb(TraceOp op) => op switch
        {
            TraceOp.Attach => "attach",
            TraceOp.Map => "map",
            TraceOp.Unmap => "unmap",
            _ => "detach",
        };

        private static string? OutcomeOf(TracedStep step) => step.Result switch
        {
            null => null,
            0 => Vocabulary.Ok,
            { } error => ErrnoText.Of(error),
        };
    }

    private sealed record Turn(
        long Line, string Importer, string? Device, string? Kernel, string Verb, TracedBuffer Buffer, DmaDirection? Direction, string? Outcome);
}
