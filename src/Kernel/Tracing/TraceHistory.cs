using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tracing;

/// <summary>
/// What happened to a machine's buffers, from the events of a trace in their order: a state machine without clock or input. What it keeps is
/// bounded; what is beyond is counted, and said.
/// </summary>
/// <remarks>
/// The only place that decides which list belongs to which map: the one that the same task maps for the same device before the map returns. None
/// in between: the list of before, which exporters keep until the detach.
/// </remarks>
public sealed class TraceHistory
{
    /// <summary>The most steps that are kept; more are counted only.</summary>
    public const int StepsMax = 25_000;

    /// <summary>The most buffers that are kept; more are counted only.</summary>
    public const int BuffersMax = 10_000;

    /// <summary>The most problems that are kept, and the most broken limits.</summary>
    public const int ProblemsMax = 1000;

    /// <summary>The most buffers, attachments or tasks at one time.</summary>
    public const int LiveMax = 1 << 15;

    /// <summary>The most devices.</summary>
    public const int DevicesMax = 4096;

    // Beyond a page of addresses the event of an unmap is too long for the ring buffer, and is not there.
    internal const int UnmapShownMax = 480;
    private const int ShownMax = 128;

    // Segments that are looked at for all faults together: a second's work at most.
    private const int FaultLooksMax = 1 << 25;
    private const int CallsMax = 16;

    private readonly Dictionary<ulong, TracedBuffer> _byPointer = [];
    private readonly Dictionary<ulong, TracedBuffer> _byInode = [];
    private readonly HashSet<ulong> _released = [];
    private readonly Dictionary<ulong, TracedAttachment> _attachments = [];
    private readonly Dictionary<int, TracedTask> _tasks = [];
    private readonly Dictionary<string, TracedDevice> _devices = [];
    private readonly List<TracedStep> _steps = [];
    private readonly List<TracedBuffer> _buffers = [];
    private readonly List<TraceProblem> _problems = [];
    private readonly long[] _counts = new long[Enum.GetValues<TraceOp>().Length];
    private int _attachmentCount;
    private int _bufferCount;
    private int _stepCount;
    private int _faultLooks;
    private ulong _latestNs;
    private bool _isUnordered;

    /// <summary>A history without events.</summary>
    /// <param name="limits">A board to hold each list against, or null.</param>
    internal TraceHistory(TraceLimits? limits = null) => Limits = limits;

    /// <summary>The board that lists are held against, or null.</summary>
    public TraceLimits? Limits { get; }

    internal IReadOnlyList<TracedStep> Steps => _steps;

    internal IReadOnlyList<TracedBuffer> Buffers => _buffers;

    /// <summary>The buffers that have not ended, in the order in which they are seen.</summary>
    internal IEnumerable<TracedBuffer> Live => _byPointer.Values.OrderBy(buffer => buffer.Line);

    internal IEnumerable<TracedDevice> Devices => _devices.Values;

    internal IReadOnlyList<TraceProblem> Problems => _problems;

    /// <summary>The attachments that have not ended, in their order.</summary>
    internal IEnumerable<TracedAttachment> Attachments => _attachments.Values.OrderBy(attachment => attachment.Number);

    internal long ProblemCount { get; private set; }

    internal int BufferCount => _bufferCount;

    internal int StepCount => _stepCount;

    internal long EventCount { get; private set; }

    internal long OutsideCount { get; private set; }

    internal ulong LostCount { get; private set; }

    internal bool HasLost { get; private set; }

    internal bool HasProbes { get; private set; }

    internal bool HasTracepoints { get; private set; }

    internal bool HasDmaEvents { get; private set; }

    internal bool HasInodes { get; private set; }

    internal long FenceCount { get; private set; }

    internal long RefusedMaps { get; private set; }

    /// <summary>Exports and attaches that were refused.</summary>
    internal long RefusedOthers { get; private set; }

    internal long BouncedMaps { get; private set; }

    internal ulong? BeganNs { get; private set; }

    internal ulong EndedNs { get; private set; }

    /// <summary>Limits of the board that lists break: the first of them.</summary>
    internal List<TraceLimitReport> Broken { get; } = [];

    /// <summary>How many there are.</summary>
    internal long BrokenCount { get; private set; }

    /// <summary>What went wrong beside refused maps: failed lists, contiguous areas without room, addresses without an entry.</summary>
    internal List<TraceProblem> Failures { get; } = [];

    /// <summary>How many steps of a kind there were, granted or not.</summary>
    internal long CountOf(TraceOp op) => _counts[(int)op];

    /// <summary>Takes the next event.</summary>
    internal void Add(TraceEvent happened)
    {
        if (happened.Head.Event is not null)
        {
            EventCount++;
            BeganNs ??= happened.Head.AtNs;
            EndedNs = happened.Head.AtNs;
            TellOrder(happened);
        }

        HasProbes |= happened is TraceEvent.Probe;
        switch (happened)
        {
            case TraceEvent.Export export:
                BeginCall(export, new TracedCall(StepOf(export, TraceOp.Export, null, null, null, export.Exporter, export.SizeBytes)));
                break;
            case TraceEvent.Exported exported:
                Exported(exported);
                break;
            case TraceEvent.Attach attach:
                var taken = Find(attach.Buffer, attach);
                BeginCall(attach, new TracedCall(StepOf(attach, TraceOp.Attach, taken, attach.Device, null, isDynamic: attach.IsDynamic)));
                break;
            case TraceEvent.Attached attached:
                Attached(attached);
                break;
            case TraceEvent.Map map:
                Map(map);
                break;
            case TraceEvent.Mapped mapped:
                Mapped(mapped);
                break;
            case TraceEvent.Unmap unmap:
                Unmap(unmap);
                break;
            case TraceEvent.Detach detach:
                Detach(detach, Find(detach.Attachment, detach.Buffer, detach.Device, detach));
                break;
            case TraceEvent.Release release:
                Release(release);
                break;
            case TraceEvent.Use use:
                Use(use);
                break;
            case TraceEvent.Tracepoint tracepoint:
                HasTracepoints = true;
                Take(tracepoint);
                break;
            case TraceEvent.MapList list:
                HasDmaEvents = true;
                MapList(list);
                break;
            case TraceEvent.UnmapList list:
                HasDmaEvents = true;
                UnmapList(list);
                break;
            case TraceEvent.MapListFailed failed:
                Failed(failed, $"{Shown(failed.Device)}: mapping a list failed with {ErrnoText.Of(failed.Error)}, which its driver does not expect.");
                break;
            case TraceEvent.DeviceMemory memory:
                HasDmaEvents = true;
                Count(memory);
                break;
            case TraceEvent.IommuMap when CallOf(happened) is { } call:
                call.HasIommu = true;
                break;
            case TraceEvent.Bounced bounced:
                Bounce(bounced);
                break;
            case TraceEvent.Fault fault:
                Fault(fault);
                break;
            case TraceEvent.Contiguous { Error: not 0 } area:
                Failed(area, $"contiguous area {Shown(area.Area)}: {Counted.Of(area.PageCount, "page")} refused with {ErrnoText.Of(area.Error)}.");
                break;
            case TraceEvent.Fence:
                FenceCount++;
                break;
            case TraceEvent.Lost lost:
                Lost(lost);
                break;
            case TraceEvent.Unreadable unreadable:
                Problem(unreadable.Line, $"This {unreadable.Head.Event ?? "line"} is left out: {unreadable.Why}.");
                break;
            case TraceEvent.Outside:
                OutsideCount++;
                break;
        }
    }

    /// <summary>Recorders sort events by time; a text of several recordings, or of one file for each processor, is not sorted.</summary>
    private void TellOrder(TraceEvent happened)
    {
        if (happened.Head.AtNs < _latestNs && !_isUnordered)
        {
            _isUnordered = true;
            Problem(happened.Line, "The time goes back here: the text is not one recording in order, and what is told from here on may be wrong.");
        }

        _latestNs = Math.Max(_latestNs, happened.Head.AtNs);
    }

    /// <summary>Reports a problem of the text.</summary>
    internal void Problem(long line, string problem)
    {
        ProblemCount++;
        if (_problems.Count < ProblemsMax)
        {
            _problems.Add(new(line, problem));
        }
    }

    private static string Shown(string text) => Quoted.Text(HarmlessText.Short(text, Quoted.LengthMax));

    private void Failed(TraceEvent happened, string what)
    {
        if (Failures.Count < ProblemsMax)
        {
            Failures.Add(new(happened.Line, what));
        }
    }

    private void Lost(TraceEvent.Lost lost)
    {
        HasLost = true;
        LostCount += lost.Count is { } count ? Math.Min(count, uint.MaxValue) : 0;
        Problem(lost.Line, lost switch
        {
            { Count: { } oldest, AreOldest: true } => $"{Counted.Of(oldest, "event")} are lost, the oldest ones: the ring buffer was too small.",
            { Count: { } some } => $"{Counted.Of(some, "event")} are lost here.",
            _ => "Events are lost here; the recorder does not say how many.",
        });
    }

    // Tasks and calls.
    private TracedTask TaskOf(TraceEvent happened)
    {
        if (_tasks.TryGetValue(happened.Head.Pid, out var task))
        {
            return task;
        }

        if (_tasks.Count >= LiveMax)
        {
            Problem(happened.Line, $"More than {LiveMax} tasks: what they were within is forgotten here.");
            _tasks.Clear();
        }

        return _tasks[happened.Head.Pid] = new();
    }

    private void BeginCall(TraceEvent happened, TracedCall call)
    {
        var task = TaskOf(happened);
        if (task.Calls.Count == CallsMax)
        {
            task.Calls.RemoveAt(0);
        }

        task.Calls.Add(call);
    }

    /// <summary>Ends the innermost call of that kind; those within it never returned as far as the trace tells.</summary>
    private TracedCall? EndCall(TraceEvent happened, TraceOp op)
    {
        if (!_tasks.TryGetValue(happened.Head.Pid, out var task))
        {
            return null;
        }

        var index = task.Calls.FindLastIndex(call => call.Step.Op == op);
        if (index < 0)
        {
            return null;
        }

        var call = task.Calls[index];
        task.Calls.RemoveRange(index, task.Calls.Count - index);
        return call;
    }

    private TracedCall? CallOf(TraceEvent happened) =>
        _tasks.TryGetValue(happened.Head.Pid, out var task) && task.Calls.Count > 0 ? task.Calls[^1] : null;

    private TracedStep StepOf(
        TraceEvent happened, TraceOp op, TracedBuffer? buffer, string? device, DmaDirection? direction,
        string? exporter = null, ulong? sizeBytes = null, bool? isDynamic = null, TracedAttachment? attachment = null)
    {
        _counts[(int)op]++;
        var step = new TracedStep
        {
            Number = ++_stepCount,
            Op = op,
            Line = happened.Line,
            Head = happened.Head,
            Buffer = buffer,
            Attachment = attachment,
            Device = device ?? attachment?.Device,
            Direction = direction,
            Exporter = exporter,
            SizeBytes = sizeBytes,
            IsDynamic = isDynamic,
        };
        if (_steps.Count < StepsMax)
        {
            _steps.Add(step);
        }

        return step;
    }

    // Buffers.
    private TracedBuffer NewBuffer(BufferSeen seen, TraceEvent happened)
    {
        var buffer = new TracedBuffer($"b{++_bufferCount}") { Pointer = seen.Pointer, Inode = seen.Inode, Line = happened.Line };
        if (_buffers.Count < BuffersMax)
        {
            _buffers.Add(buffer);
        }

        if (_byPointer.Count >= LiveMax)
        {
            Problem(happened.Line, $"More than {LiveMax} buffers are there at once: what happens to {buffer.Name} further is not followed.");
        }
        else
        {
            _byPointer[seen.Pointer] = buffer;
        }

        return buffer;
    }

    private TracedBuffer Find(BufferSeen seen, TraceEvent happened)
    {
        HasInodes |= seen.Inode is not null;
        if (_byPointer.TryGetValue(seen.Pointer, out var buffer) && seen.Inode is { } inode && buffer.Inode is { } known && inode != known)
        {
            Replace(buffer, happened, $"inode {inode}");
            buffer = null;
        }

        if (buffer is null)
        {
            buffer = NewBuffer(seen, happened);
            if (_released.Remove(seen.Pointer))
            {
                Problem(happened.Line, $"The address of {buffer.Name} was that of a buffer which is released, and nothing was exported there since: its export is missing.");
            }
        }

        buffer.Inode ??= seen.Inode;
        buffer.SizeBytes ??= seen.SizeBytes;
        buffer.Exporter ??= seen.Exporter;
        return buffer;
    }

    /// <summary>A buffer's address belongs to another one, so it has ended where the trace does not tell.</summary>
    private void Replace(TracedBuffer buffer, TraceEvent happened, string by)
    {
        buffer.WentUnseen = true;
        _byPointer.Remove(buffer.Pointer);
        Problem(happened.Line, $"{buffer.Name} has ended unseen: its address belongs to another buffer now ({by}).");
        foreach (var attachment in buffer.Attachments.OrderBy(attachment => attachment.Number).ToList())
        {
            End(attachment);
        }
    }

    private void Exported(TraceEvent.Exported exported)
    {
        HasInodes |= exported.Inode is not null;
        var call = EndCall(exported, TraceOp.Export);
        var step = call?.Step ?? StepOf(exported, TraceOp.Export, null, null, null, null, exported.SizeBytes);
        if (ErrnoText.IsError(exported.Buffer, out var error))
        {
            step.Result = error;
            RefusedOthers++;
            return;
        }

        if (call is null)
        {
            Problem(exported.Line, "An export returns that the trace does not have: who exported is not known.");
        }

        if (_byPointer.TryGetValue(exported.Buffer, out var old))
        {
            Replace(old, exported, "exported here");
        }

        _released.Remove(exported.Buffer);

        var buffer = NewBuffer(new(exported.Buffer, exported.Inode), exported);
        buffer.SizeBytes = exported.SizeBytes ?? step.SizeBytes;
        buffer.Exporter = step.Exporter;
        buffer.Export = step;
        step.Buffer = buffer;
        step.SizeBytes ??= exported.SizeBytes;
        step.Result = 0;
    }

    private void Release(TraceEvent.Release release)
    {
        var buffer = Find(new(release.Buffer, null), release);
        StepOf(release, TraceOp.Release, buffer, null, null).Result = 0;
        buffer.ReleaseLine = release.Line;
        _byPointer.Remove(release.Buffer);
        if (_released.Count < LiveMax)
        {
            _released.Add(release.Buffer);
        }

        foreach (var attachment in buffer.Attachments.OrderBy(attachment => attachment.Number).ToList())
        {
            Problem(release.Line, $"{buffer.Name} is released and {Shown(attachment.Device ?? "?")} never detached: events are missing.");
            End(attachment);
        }
    }

    private void Use(TraceEvent.Use use)
    {
        TraceOp? op = use.What switch
        {
            TraceUse.CpuBegin => TraceOp.CpuBegin,
            TraceUse.CpuEnd => TraceOp.CpuEnd,
            TraceUse.Vmap => TraceOp.Vmap,
            TraceUse.Vunmap => TraceOp.Vunmap,
            TraceUse.Pin => TraceOp.Pin,
            TraceUse.Unpin => TraceOp.Unpin,
            TraceUse.Move => TraceOp.Move,
            _ => null,
        };
        if (op is { } kind)
        {
            StepOf(use, kind, Find(use.Buffer, use), null, use.Direction).Result = 0;
        }
        else if (!ErrnoText.IsError(use.Buffer.Pointer, out _) && _byPointer.ContainsKey(use.Buffer.Pointer))
        {
            // A descriptor or a reference tells no more than which buffer it is.
            Find(use.Buffer, use);
        }
    }

    // Attachments.
    private TracedAttachment NewAttachment(ulong pointer, TracedBuffer buffer, string? device, TraceEvent happened, bool isFromBefore)
    {
        var attachment = new TracedAttachment(buffer, ++_attachmentCount)
        {
            Device = device,
            Task = happened.Head.Task,
            Pid = happened.Head.Pid,
            Line = happened.Line,
            IsFromBefore = isFromBefore,
            ListIsKnown = !isFromBefore,
            Pointer = pointer,
        };
        if (_attachments.Count >= LiveMax)
        {
            Problem(happened.Line, $"More than {LiveMax} attachments are there at once: this one is not followed.");
            return attachment;
        }

        _attachments[pointer] = attachment;
        buffer.Attachments.Add(attachment);
        return attachment;
    }

    private void End(TracedAttachment attachment)
    {
        if (attachment.Buffer.Attachments.Remove(attachment))
        {
            _attachments.Remove(attachment.Pointer);
        }
    }

    private void Attached(TraceEvent.Attached attached)
    {
        var call = EndCall(attached, TraceOp.Attach);
        if (ErrnoText.IsError(attached.Attachment, out var error))
        {
            RefusedOthers++;
            if (call is not null)
            {
                call.Step.Result = error;
            }

            return;
        }

        if (call is null)
        {
            Problem(attached.Line, "An attach returns that the trace does not have: what it attached is not known.");
            return;
        }

        Grant(call, attached.Attachment, attached);
    }

    private static void Hold(TracedAttachment attachment, TracedList? list)
    {
        if (list is not null && attachment.Lists.Count < CallsMax)
        {
            attachment.Lists.Add(list);
        }
    }

    private TracedAttachment Grant(TracedCall call, ulong pointer, TraceEvent happened)
    {
        if (_attachments.TryGetValue(pointer, out var old))
        {
            Problem(happened.Line, $"{Shown(old.Device ?? "?")} has detached from {old.Buffer.Name} unseen: the address of its attachment belongs to another one.");
            End(old);
        }

        var attachment = NewAttachment(pointer, call.Step.Buffer!, call.Step.Device, call.StepEvent(), false);
        Hold(attachment, call.List);
        call.Step.Attachment = attachment;
        call.Step.Result = 0;
        call.Step.List = call.List;
        call.Step.DmaApiCall = call.List is not null;
        return attachment;
    }

    private TracedAttachment Find(ulong pointer, BufferSeen seen, string? device, TraceEvent happened)
    {
        var buffer = Find(seen, happened);
        if (_attachments.TryGetValue(pointer, out var attachment))
        {
            if (ReferenceEquals(attachment.Buffer, buffer) && (device is null || attachment.Device is null || device == attachment.Device))
            {
                attachment.Device ??= device;
                return attachment;
            }

            Problem(happened.Line, $"{Shown(attachment.Device ?? "?")} has detached from {attachment.Buffer.Name} unseen: the address of its attachment belongs to another one.");
            End(attachment);
        }

        // The return of its attach is missing: the call is still open.
        if (_tasks.TryGetValue(happened.Head.Pid, out var task)
            && task.Calls.FindLastIndex(call => call.Step.Op == TraceOp.Attach && ReferenceEquals(call.Step.Buffer, buffer) && call.Step.Device == device) is >= 0 and var open)
        {
            var call = task.Calls[open];
            task.Calls.RemoveAt(open);
            return Grant(call, pointer, happened);
        }

        if (buffer.Export is not null)
        {
            Problem(happened.Line, $"{Shown(device ?? "?")} is attached to {buffer.Name}, which was exported in this trace, and the trace does not have its attach.");
        }

        return NewAttachment(pointer, buffer, device, happened, true);
    }

    private void Detach(TraceEvent happened, TracedAttachment attachment)
    {
        var step = StepOf(happened, TraceOp.Detach, attachment.Buffer, null, null, attachment: attachment);
        step.Result = 0;
        if (attachment.MapCount > 0)
        {
            Problem(happened.Line, $"{Shown(attachment.Device ?? "?")} detaches from {attachment.Buffer.Name} and is mapped as far as the trace tells: its unmap is missing.");
        }

        Await(happened, step, attachment);
        End(attachment);
    }

    // Maps.
    private void Map(TraceEvent.Map map)
    {
        var attachment = Find(map.Attachment, map.Buffer, map.Device, map);
        attachment.Generation++;
        BeginCall(map, new TracedCall(StepOf(map, TraceOp.Map, attachment.Buffer, null, map.Direction, attachment: attachment)));
    }

    private void Mapped(TraceEvent.Mapped mapped)
    {
        if (EndCall(mapped, TraceOp.Map) is not { } call)
        {
            Problem(mapped.Line, "A map returns that the trace does not have: what it mapped is not known.");
            return;
        }

        var step = call.Step;
        var attachment = step.Attachment!;
        if (ErrnoText.IsError(mapped.Table, out var error))
        {
            step.Result = error;
            step.RefusedBounces = call.Bounces;
            step.DmaApiCall = call.Bounces.Count > 0 ? true : null;
            RefusedMaps++;
            if (step.Number > StepsMax)
            {
                Failed(mapped, $"{Shown(step.Device ?? "?")}: a map of {attachment.Buffer.Name} was refused with {ErrnoText.Of(error)} (step {step.Number}).");
            }

            return;
        }

        step.Result = 0;
        step.SegmentCount = mapped.SegmentCount;
        step.EntryCount = mapped.EntryCount;
        if (attachment.MapCount++ == 0 && call.List is not null)
        {
            attachment.Lists.Clear();
        }

        if (call.List is { } list)
        {
            Hold(attachment, list);
            attachment.ListIsKnown = true;
            step.DmaApiCall = true;
        }
        else if (attachment is { ListIsKnown: true, List: not null })
        {
            step.DmaApiCall = false;
        }

        if (attachment.List is { } held && mapped.SegmentCount is { } count && (count != held.SegmentCount || mapped.EntryCount != held.EntryCount))
        {
            Problem(mapped.Line, $"The map gives {Counted.Of(count, "segment")}, and the list that was mapped last has {held.SegmentCount}: another mapping is missing.");
            attachment.Lists.Clear();
            attachment.ListIsKnown = false;
            step.DmaApiCall = null;
        }

        step.List = call.List ?? attachment.List;
        foreach (var broken in Limits?.Broken(step) ?? [])
        {
            BrokenCount++;
            if (Broken.Count < ProblemsMax)
            {
                Broken.Add(broken);
            }
        }

        BouncedMaps += step.List is { Bounces.Count: > 0 } ? 1 : 0;
        if (step.Device is { } name && DeviceOf(name) is { } device)
        {
            device.BufferMaps++;
        }
    }

    private void Unmap(TraceEvent.Unmap unmap)
    {
        var attachment = Find(unmap.Attachment, unmap.Buffer, unmap.Device, unmap);
        var step = StepOf(unmap, TraceOp.Unmap, attachment.Buffer, null, unmap.Direction, attachment: attachment);
        step.Result = 0;
        if (attachment.MapCount > 0)
        {
            attachment.MapCount--;
        }
        else if (!attachment.IsFromBefore)
        {
            Problem(unmap.Line, $"{Shown(attachment.Device ?? "?")} unmaps {attachment.Buffer.Name} and is not mapped as far as the trace tells: its map is missing.");
        }

        Await(unmap, step, attachment);
    }

    /// <summary>Waits for the mapping to end: an exporter that keeps it does not end it at an unmap.</summary>
    private void Await(TraceEvent happened, TracedStep step, TracedAttachment attachment)
    {
        step.DmaApiCall = !attachment.ListIsKnown || attachment.List is { EntryCount: > UnmapShownMax } ? null : false;
        if (attachment.List is not null || !attachment.ListIsKnown)
        {
            var task = TaskOf(happened);
            if (task.Ended.Count == CallsMax)
            {
                task.Ended.RemoveAt(0);
            }

            task.Ended.Add((step, attachment, attachment.Generation));
        }
    }

    private void MapList(TraceEvent.MapList list)
    {
        var call = CallOf(list);
        if (call is null || call.Step.Op == TraceOp.Export || (call.Step.Device is { } expected && expected != list.Device))
        {
            if (DeviceOf(list.Device) is { } other)
            {
                other.OtherLists++;
            }

            return;
        }

        var isTranslated = list.Segments.Length != list.Physical.Length || !Same(list);
        call.List = new()
        {
            Segments = list.Segments,
            SegmentCount = list.SegmentCount,
            EntryCount = list.EntryCount,
            LongestBytes = list.Segments.IsEmpty ? 0 : list.Segments.Max(segment => segment.LengthBytes),
            Key = KeyOf(list.Physical),
            IsTranslated = isTranslated,
            Bounces = call.Bounces,
            HasIommu = call.HasIommu,
        };
        if (!list.Physical.IsEmpty)
        {
            call.Step.Buffer?.LiesAt(list.Physical.Min(), list.Physical.Max());
        }

        if (isTranslated && call.Bounces.Count == 0 && DeviceOf(list.Device) is { } device)
        {
            device.LowestIova = Math.Min(device.LowestIova ?? ulong.MaxValue, list.Segments.Min(segment => segment.Address));
            device.HighestIova = Math.Max(device.HighestIova, list.Segments.Max(segment => segment.Last));
        }
    }

    private static bool Same(TraceEvent.MapList list)
    {
        for (var index = 0; index < list.Segments.Length; index++)
        {
            if (list.Segments[index].Address != list.Physical[index])
            {
                return false;
            }
        }

        return true;
    }

    private static ulong KeyOf(ImmutableArray<ulong> physical) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(physical.AsSpan()[..Math.Min(physical.Length, ShownMax)]));

    private void UnmapList(TraceEvent.UnmapList list)
    {
        var key = KeyOf(list.Physical);
        if (_tasks.TryGetValue(list.Head.Pid, out var task))
        {
            task.Ended.RemoveAll(ended => ended.Generation != ended.Attachment.Generation);
            var index = task.Ended.FindLastIndex(ended =>
                ended.Attachment.Device == list.Device && ended.Attachment.Lists.Exists(held => held.EntryCount == list.Physical.Length && held.Key == key));
            index = index >= 0 ? index : task.Ended.FindLastIndex(ended => ended.Attachment is { ListIsKnown: false } unknown && unknown.Device == list.Device);
            if (index >= 0)
            {
                var (step, attachment, _) = task.Ended[index];
                step.DmaApiCall = true;
                attachment.ListIsKnown = true;
                task.Ended.RemoveAt(index);
                if (attachment.Lists.FindLastIndex(held => held.EntryCount == list.Physical.Length && held.Key == key) is >= 0 and var ended)
                {
                    attachment.Lists.RemoveAt(ended);
                }

                return;
            }

            // An exporter that keeps one list for each attachment ends it when the next map asks for another direction.
            if (task.Calls.Count > 0 && task.Calls[^1].Step is { Op: TraceOp.Map, Attachment: { List: { } kept } asking } && asking.Device == list.Device && kept.Key == key)
            {
                asking.Lists.RemoveAt(asking.Lists.Count - 1);
                return;
            }
        }

        if (DeviceOf(list.Device) is { } device)
        {
            device.OtherUnmaps++;
        }
    }

    private void Bounce(TraceEvent.Bounced bounced)
    {
        if (DeviceOf(bounced.Device) is not { } device)
        {
            return;
        }

        device.DmaMask = bounced.DmaMask;
        if (CallOf(bounced) is { Step: { Op: TraceOp.Map or TraceOp.Attach, Device: var name } } call && (name is null || name == bounced.Device))
        {
            call.Bounces = call.Bounces.With(bounced);
            call.Step.Buffer?.LiesAt(bounced.Address, bounced.Address);
        }
        else
        {
            device.OtherBounces = device.OtherBounces.With(bounced);
        }
    }

    // Devices.
    private TracedDevice? DeviceOf(string name) => _devices.TryGetValue(name, out var device) ? device
        : _devices.Count < DevicesMax ? _devices[name] = new(name)
        : null;

    private void Count(TraceEvent.DeviceMemory memory)
    {
        if (DeviceOf(memory.Device) is not { } device)
        {
            return;
        }

        device.PagesMapped += memory.Kind == DeviceMemoryKind.Map ? 1 : 0;
        device.PagesUnmapped += memory.Kind == DeviceMemoryKind.Unmap ? 1 : 0;
        device.Allocations += memory.Kind == DeviceMemoryKind.Allocate ? 1 : 0;
        device.Frees += memory.Kind == DeviceMemoryKind.Free ? 1 : 0;
    }

    private void Fault(TraceEvent.Fault fault)
    {
        if (DeviceOf(fault.Device) is { } device)
        {
            device.Faults++;
        }

        if (Failures.Count >= ProblemsMax)
        {
            return;
        }

        Failed(fault, $"{Shown(fault.Device)} used address 0x{fault.Iova:x}, for which its IOMMU has no entry, or none that allows it; "
            + (HolderOf(fault) is { } holder ? $"its list of {holder.Buffer.Name} holds it."
                : _faultLooks < FaultLooksMax ? "no list that it has mapped now holds that address."
                : "whether a list that it has mapped holds that address was not looked up: there are too many faults and lists."));
    }

    private TracedAttachment? HolderOf(TraceEvent.Fault fault)
    {
        foreach (var attachment in _attachments.Values.Where(attachment => attachment.Device == fault.Device && attachment.List is not null))
        {
            if (_faultLooks >= FaultLooksMax)
            {
                return null;
            }

            _faultLooks += attachment.List!.Segments.Length;
            if (attachment.List.Segments.Any(segment => segment.Meets(new(fault.Iova, 1))))
            {
                return attachment;
            }
        }

        return null;
    }

    /// <summary>Takes an event of the group dma_buf; with probes the same is known already, and more.</summary>
    private void Take(TraceEvent.Tracepoint tracepoint)
    {
        HasInodes = true;
        if (HasProbes)
        {
            return;
        }

        if (!_byInode.TryGetValue(tracepoint.Inode, out var buffer))
        {
            if (_byInode.Count >= LiveMax)
            {
                Problem(tracepoint.Line, $"More than {LiveMax} buffers are there at once: this one is not followed.");
                return;
            }

            // Without pointers the inode number has to stand for one.
            buffer = _byInode[tracepoint.Inode] = NewBuffer(new(tracepoint.Inode, tracepoint.Inode), tracepoint);
            (buffer.SizeBytes, buffer.Exporter) = (tracepoint.SizeBytes, tracepoint.Exporter);
        }

        var attachment = KeyOf(tracepoint);
        switch (tracepoint.What)
        {
            case TraceUse.Export when buffer.Export is null:
                buffer.Export = StepOf(tracepoint, TraceOp.Export, buffer, null, null, tracepoint.Exporter, tracepoint.SizeBytes);
                buffer.Export.Result = 0;
                break;
            case TraceUse.Attach:
                var call = new TracedCall(StepOf(tracepoint, TraceOp.Attach, buffer, tracepoint.Device, null));
                Grant(call, attachment, tracepoint).ListIsKnown = false;
                call.Step.DmaApiCall = null;
                break;
            case TraceUse.Detach:
                Detach(tracepoint, Find(attachment, new(buffer.Pointer, tracepoint.Inode), tracepoint.Device, tracepoint));
                break;
        }
    }

    private static ulong KeyOf(TraceEvent.Tracepoint tracepoint) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes((tracepoint.Attachment ?? string.Empty).AsSpan()));
}

/// <summary>What a task is doing.</summary>
internal sealed class TracedTask
{
    /// <summary>The calls that have not returned, the innermost last.</summary>
    public List<TracedCall> Calls { get; } = [];

    /// <summary>Unmaps and detaches that may yet end a mapping, the latest last.</summary>
    public List<(TracedStep Step, TracedAttachment Attachment, int Generation)> Ended { get; } = [];
}

/// <summary>A call that has not returned.</summary>
internal sealed class TracedCall(TracedStep step)
{
    public TracedStep Step { get; } = step;

    public TracedList? List { get; set; }

    public Bounces Bounces { get; set; }

    public bool HasIommu { get; set; }

    /// <summary>The call's own line, which an attachment is known by.</summary>
    public TraceEvent StepEvent() => new TraceEvent.Other { Line = Step.Line, Head = Step.Head };
}
