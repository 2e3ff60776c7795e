using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tracing;

/// <summary>Reads lines of a trace as tracefs, <c>trace-cmd report</c> (also <c>-R</c>) and <c>perf script</c> print them.</summary>
/// <remarks>
/// Source: include/trace/events/dma.h, iommu.h, swiotlb.h, cma.h and dma_buf.h; the probes are those of docs/recording.md. trace-cmd 3.1.6 and
/// perf 6.1 print <c>[FAILED TO PARSE]</c> and bare fields where they do not understand a format.
/// </remarks>
internal sealed class TraceText
{
    private const string FailedToParse = "[FAILED TO PARSE]";

    private static readonly FieldSpec _buffer = new(" dmabuf=", FieldKind.Number);
    private static readonly FieldSpec _attachment = new(" attach=", FieldKind.Number);
    private static readonly FieldSpec _device = new(" dev=", FieldKind.Text);
    private static readonly FieldSpec _size = new(" size=", FieldKind.Number);
    private static readonly FieldSpec _direction = new(" dir=", FieldKind.Number);
    private static readonly FieldSpec _inode = new(" ino=", FieldKind.Number, true);

    private static readonly FieldSpec[] _export = [new(" exporter=", FieldKind.Text), _size];
    private static readonly FieldSpec[] _exported = [_buffer, _size, _inode];
    private static readonly FieldSpec[] _attach = [_buffer, _device, _size, new(" dynamic=", FieldKind.Number), _inode, new(" exporter=", FieldKind.Text, true)];
    private static readonly FieldSpec[] _attached = [_attachment];
    private static readonly FieldSpec[] _map = [_attachment, _buffer, _device, _direction, _inode];
    private static readonly FieldSpec[] _mapped = [new(" table=", FieldKind.Number), new(" segments=", FieldKind.Number), new(" entries=", FieldKind.Number)];
    private static readonly FieldSpec[] _unmap = [_attachment, _buffer, _device, new(" table=", FieldKind.Number), _direction, _inode];
    private static readonly FieldSpec[] _detach = [_buffer, _attachment, _device, _inode];
    private static readonly FieldSpec[] _release = [_buffer];
    private static readonly FieldSpec[] _descriptor = [_buffer, new(" flags=", FieldKind.Hex), _inode];
    private static readonly FieldSpec[] _use = [_buffer, _inode];
    private static readonly FieldSpec[] _access = [_buffer, _direction, _inode];
    private static readonly FieldSpec[] _pin = [_attachment, _buffer, _device];

    private static readonly FieldSpec[] _tracepoint =
    [
        new(" exp_name=", FieldKind.Text), _size, new(" ino=", FieldKind.Number), new(" fd=", FieldKind.Number, true),
        new(" attachment:", FieldKind.Text, true), new(" is_dynamic=", FieldKind.Text, true), new(" dev_name=", FieldKind.Text, true),
    ];

    private static readonly FieldSpec[] _mapList =
    [
        new(string.Empty, FieldKind.Text), new(" dir=", FieldKind.Text), new(" nents=", FieldKind.Text, true), new(" ents=", FieldKind.Text, true),
        new(" dma_addrs=", FieldKind.Addresses), new(" sizes=", FieldKind.Lengths), new(" phys_addrs=", FieldKind.Addresses), new(" attrs=", FieldKind.Rest, true),
    ];

    private static readonly FieldSpec[] _mapListFields =
    [
        new(" device=", FieldKind.Text), new(" full_nents=", FieldKind.Number), new(" full_ents=", FieldKind.Number), new(" truncated=", FieldKind.Number),
        new(" phys_addrs=", FieldKind.Addresses), new(" dma_addrs=", FieldKind.Addresses), new(" lengths=", FieldKind.Lengths),
        new(" dir=", FieldKind.Number), new(" attrs=", FieldKind.Rest, true),
    ];

    private static readonly FieldSpec[] _unmapList =
        [new(string.Empty, FieldKind.Text), new(" dir=", FieldKind.Text), new(" phys_addrs=", FieldKind.Addresses), new(" attrs=", FieldKind.Rest, true)];

    private static readonly FieldSpec[] _unmapListFields =
        [new(" device=", FieldKind.Text), new(" addrs=", FieldKind.Addresses), new(" dir=", FieldKind.Number), new(" attrs=", FieldKind.Rest, true)];

    private static readonly FieldSpec[] _mapListFailed =
    [
        new(string.Empty, FieldKind.Text), new(" dir=", FieldKind.Text), new(" dma_addrs=", FieldKind.Addresses), new(" err=", FieldKind.Number),
        new(" attrs=", FieldKind.Rest, true),
    ];

    private static readonly FieldSpec[] _mapListFailedFields =
    [
        new(" device=", FieldKind.Text), new(" phys_addrs=", FieldKind.Addresses), new(" err=", FieldKind.Number), new(" dir=", FieldKind.Number),
        new(" attrs=", FieldKind.Rest, true),
    ];

    private static readonly FieldSpec[] _memory =
        [new(string.Empty, FieldKind.Text), new(" dir=", FieldKind.Text), new(" dma_addr=", FieldKind.Hex), _size, new(" ", FieldKind.Rest, true)];

    private static readonly FieldSpec[] _memoryOfList = [new(string.Empty, FieldKind.Text), new(" dir=", FieldKind.Text), new(" dma_addrs=", FieldKind.Rest)];
    private static readonly FieldSpec[] _memoryFields = [new(" device=", FieldKind.Text), new(" ", FieldKind.Rest)];

    private static readonly FieldSpec[] _iommuMap =
        [new(" iova=", FieldKind.Number), new(" - ", FieldKind.Number, true), new(" paddr=", FieldKind.Number), _size];

    private static readonly FieldSpec[] _fault =
        [new(string.Empty, FieldKind.Text), new(" ", FieldKind.Text), new(" iova=", FieldKind.Number), new(" flags=", FieldKind.Hex)];

    private static readonly FieldSpec[] _faultFields =
        [new(" device=", FieldKind.Text), new(" driver=", FieldKind.Text), new(" iova=", FieldKind.Number), new(" flags=", FieldKind.Hex)];

    private static readonly FieldSpec[] _bounced =
        [new("dev_name: ", FieldKind.Text), new(" dma_mask=", FieldKind.Hex), new(" dev_addr=", FieldKind.Hex), _size, new(" ", FieldKind.Rest)];

    private static readonly FieldSpec[] _bouncedFields =
        [new(" dev_name=", FieldKind.Text), new(" dma_mask=", FieldKind.Number), new(" dev_addr=", FieldKind.Number), _size, new(" force=", FieldKind.Rest)];

    private static readonly FieldSpec[] _contiguous =
    [
        new(" name=", FieldKind.Text), new(" pfn=", FieldKind.Hex), new(" page=", FieldKind.Text), new(" count=", FieldKind.Number),
        new(" align=", FieldKind.Number), new(" errorno=", FieldKind.Number, true),
    ];

    private static readonly FieldSpec[] _fence = [new(" driver=", FieldKind.Text), new(" timeline=", FieldKind.Rest)];

    private readonly NameTable _names = new();
    private readonly EventText _text;

    public TraceText() => _text = new(_names);

    /// <summary>What a line says.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="line">The line.</param>
    public TraceEvent Read(long number, ReadOnlySpan<char> line)
    {
        line = line.TrimEnd(" \r");
        if (!TraceHead.TryRead(line, _names, out var head))
        {
            return Around(line) with { Line = number };
        }

        var body = line[Math.Min(head.Text, line.Length)..].TrimStart(' ');
        return Of(head.Event, body) with { Line = number, Head = head };
    }

    /// <summary>What a line says that is no event.</summary>
    private static TraceEvent Around(ReadOnlySpan<char> line)
    {
        const string Entries = "# entries-in-buffer/entries-written: ";
        if (line.StartsWith(Entries, StringComparison.Ordinal))
        {
            var counts = line[Entries.Length..];
            counts = counts.IndexOf(' ') is >= 0 and var end ? counts[..end] : counts;
            return TrySplit(counts, out var kept, out var written)
                ? written > kept ? new TraceEvent.Lost(written - kept, true) : new TraceEvent.Outside()
                : new TraceEvent.Unreadable("the recorder's count of events cannot be read: expected kept/written");
        }

        // Written by our own recipe, because no recorder tells it.
        if (line.StartsWith("# missed: "))
        {
            return new TraceEvent.Lost(NumberIn(line), false);
        }

        if (line.StartsWith("CPU:") && line.IndexOf('[') is > 0 and var bracket && line.EndsWith("]"))
        {
            var inside = line[(bracket + 1)..^1];
            return inside.EndsWith("EVENTS DROPPED") || (inside.StartsWith("LOST") && inside.EndsWith("EVENTS"))
                ? new TraceEvent.Lost(NumberIn(inside), false)
                : new TraceEvent.Outside();
        }

        return line.Contains("PERF_RECORD_LOST", StringComparison.Ordinal)
            ? new TraceEvent.Lost(line.LastIndexOf("lost ") is >= 0 and var at ? NumberIn(line[at..]) : null, false)
            : new TraceEvent.Outside();
    }

    private static ulong? NumberIn(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyInRange('0', '9');
        var digits = first < 0 ? default : text[first..];
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return ulong.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static bool TrySplit(ReadOnlySpan<char> text, out ulong left, out ulong right)
    {
        left = right = 0;
        var slash = text.IndexOf('/');
        return slash > 0
            && ulong.TryParse(text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out left)
            && ulong.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out right);
    }

    private TraceEvent Of(string name, ReadOnlySpan<char> body) => name.StartsWith("dmabuf_", StringComparison.Ordinal)
        ? OfProbe(name, WithoutPlace(body))
        : name.StartsWith("dma_buf_", StringComparison.Ordinal) ? OfTracepoint(name, body)
        : name.StartsWith("dma_fence", StringComparison.Ordinal) ? OfFence(body)
        : name switch
        {
            "dma_map_sg" => OfMapList(body),
            "dma_unmap_sg" => OfUnmapList(body),
            "dma_map_sg_err" => OfMapListFailed(body),
            "map" => OfIommuMap(body),
            "io_page_fault" => OfFault(body),
            "swiotlb_bounced" => OfBounced(body),
            "cma_alloc_finish" => Is(body, _contiguous, out var wrong)
                ? new TraceEvent.Contiguous(_text.Text(0) ?? "?", _text.Number(3) ?? 0, (int)(long)unchecked(_text.Number(5) ?? 0))
                : wrong,
            "dma_map_page" or "dma_map_phys" or "dma_map_resource" => OfMemory(DeviceMemoryKind.Map, body),
            "dma_unmap_page" or "dma_unmap_phys" or "dma_unmap_resource" => OfMemory(DeviceMemoryKind.Unmap, body),
            "dma_alloc" or "dma_alloc_pages" or "dma_alloc_sgt" => OfMemory(DeviceMemoryKind.Allocate, body),
            "dma_free" or "dma_free_pages" or "dma_free_sgt" => OfMemory(DeviceMemoryKind.Free, body),
            "dma_sync_sg_for_cpu" or "dma_sync_sg_for_device" or "dma_sync_single_for_cpu" or "dma_sync_single_for_device" =>
                OfMemory(DeviceMemoryKind.Sync, body),
            _ => new TraceEvent.Other(),
        };

    /// <summary>The text of a probe without where it was hit.</summary>
    private static ReadOnlySpan<char> WithoutPlace(ReadOnlySpan<char> body)
    {
        if (body.StartsWith("(") && body.IndexOf(')') is > 0 and var close)
        {
            return body[(close + 1)..].TrimStart(' ');
        }

        while (body.StartsWith("__probe_"))
        {
            var space = body.IndexOf(' ');
            body = space < 0 ? default : body[(space + 1)..];
        }

        return body;
    }

    private bool Is(ReadOnlySpan<char> body, FieldSpec[] fields, out TraceEvent.Unreadable wrong)
    {
        if (_text.TryRead(body, fields))
        {
            wrong = null!;
            return true;
        }

        wrong = new($"{Quoted.Text(HarmlessText.Cut(body.ToString(), Quoted.LengthMax))} cannot be read: expected{string.Concat(fields.Select(NameOf))}");
        return false;
    }

    private static string NameOf(FieldSpec field) =>
        field.Name.Trim() is { Length: > 0 } name ? field.IsOptional ? $" [{name}]" : $" {name}" : " a device";

    private TraceEvent OfProbe(string name, ReadOnlySpan<char> body)
    {
        switch (name)
        {
            case "dmabuf_export":
                return Is(body, _export, out var wrong) ? new TraceEvent.Export(_text.Text(0), _text.Number(1)) : wrong;
            case "dmabuf_exported":
                return !Is(body, _exported, out wrong) ? wrong
                    : _text.Number(0) is { } made ? new TraceEvent.Exported(made, _text.Number(1), _text.Number(2)) : NoPointer();
            case "dmabuf_attach":
                return !Is(body, _attach, out wrong) ? wrong
                    : _text.Number(0) is { } taken
                        ? new TraceEvent.Attach(
                            new(taken, _text.Number(4), _text.Number(2), _text.Text(5)), _text.Text(1), _text.Number(3) is { } calls ? calls != 0 : null)
                        : NoPointer();
            case "dmabuf_attached":
                return !Is(body, _attached, out wrong) ? wrong : _text.Number(0) is { } attached ? new TraceEvent.Attached(attached) : NoPointer();
            case "dmabuf_map":
                return !Is(body, _map, out wrong) ? wrong
                    : _text.Number(0) is { } mapping && _text.Number(1) is { } of
                        ? new TraceEvent.Map(mapping, new(of, _text.Number(4)), _text.Text(2), DirectionOf(_text.Number(3))) : NoPointer();
            case "dmabuf_mapped":
                return !Is(body, _mapped, out wrong) ? wrong
                    : _text.Number(0) is { } table ? new TraceEvent.Mapped(table, CountIn(1), CountIn(2)) : NoPointer();
            case "dmabuf_unmap":
                return !Is(body, _unmap, out wrong) ? wrong
                    : _text.Number(0) is { } unmapping && _text.Number(1) is { } from
                        ? new TraceEvent.Unmap(unmapping, new(from, _text.Number(5)), _text.Text(2), DirectionOf(_text.Number(4))) : NoPointer();
            case "dmabuf_detach":
                return !Is(body, _detach, out wrong) ? wrong
                    : _text.Number(0) is { } left && _text.Number(1) is { } detaching
                        ? new TraceEvent.Detach(detaching, new(left, _text.Number(3)), _text.Text(2)) : NoPointer();
            case "dmabuf_release":
                return !Is(body, _release, out wrong) ? wrong : _text.Number(0) is { } ended ? new TraceEvent.Release(ended) : NoPointer();
            case "dmabuf_fd":
                return Used(body, _descriptor, TraceUse.Descriptor, 0, 2);
            case "dmabuf_got":
                return Used(body, _use, TraceUse.Get, 0, 1);
            case "dmabuf_put":
                return Used(body, _use, TraceUse.Put, 0, 1);
            case "dmabuf_vmap":
                return Used(body, _use, TraceUse.Vmap, 0, 1);
            case "dmabuf_vunmap":
                return Used(body, _use, TraceUse.Vunmap, 0, 1);
            case "dmabuf_move":
                return Used(body, _use, TraceUse.Move, 0, 1);
            case "dmabuf_cpu_begin":
                return Used(body, _access, TraceUse.CpuBegin, 0, 2);
            case "dmabuf_cpu_end":
                return Used(body, _access, TraceUse.CpuEnd, 0, 2);
            case "dmabuf_pin":
                return Used(body, _pin, TraceUse.Pin, 1, null);
            case "dmabuf_unpin":
                return Used(body, _pin, TraceUse.Unpin, 1, null);
            default:
                return new TraceEvent.OtherProbe();
        }
    }

    private static TraceEvent.Unreadable NoPointer() => new("the probe could not read its pointers");

    private uint? CountIn(int field) => _text.Number(field) is { } count and <= uint.MaxValue ? (uint)count : null;

    private TraceEvent Used(ReadOnlySpan<char> body, FieldSpec[] fields, TraceUse what, int buffer, int? inode) => !Is(body, fields, out var wrong) ? wrong
        : _text.Number(buffer) is { } pointer
            ? new TraceEvent.Use(what, new(pointer, inode is { } at ? _text.Number(at) : null), ReferenceEquals(fields, _access) ? DirectionOf(_text.Number(1)) : null)
            : NoPointer();

    private TraceEvent OfTracepoint(string name, ReadOnlySpan<char> body)
    {
        TraceUse? what = name switch
        {
            "dma_buf_export" => TraceUse.Export,
            "dma_buf_dynamic_attach" => TraceUse.Attach,
            "dma_buf_detach" => TraceUse.Detach,
            "dma_buf_fd" => TraceUse.Descriptor,
            "dma_buf_get" => TraceUse.Get,
            "dma_buf_put" => TraceUse.Put,
            "dma_buf_mmap" or "dma_buf_mmap_internal" => TraceUse.Mmap,
            _ => null,
        };
        return what is null ? new TraceEvent.Other()
            : !Is(body, _tracepoint, out var wrong) ? wrong
            : new TraceEvent.Tracepoint(what.Value, _text.Text(0), _text.Number(1) ?? 0, _text.Number(2) ?? 0, _text.Text(6), _text.Text(4));
    }

    private TraceEvent OfFence(ReadOnlySpan<char> body) =>
        Is(body, _fence, out var wrong) ? new TraceEvent.Fence(_text.Text(0) ?? "?") : wrong;

    private TraceEvent OfMapList(ReadOnlySpan<char> body)
    {
        if (WithoutFailure(ref body))
        {
            return Is(body, _mapListFields, out var wrong)
                ? ListOf(_text.Text(0), DirectionOf(_text.Number(7)), _text.Number(1), _text.Number(2), _text.List(5), _text.List(6), _text.List(4))
                : wrong;
        }

        if (!Is(body, _mapList, out var unreadable))
        {
            return unreadable;
        }

        var physical = _text.List(6);
        return TryTotal(_text.Text(2), physical.Length, out var entries) && TryTotal(_text.Text(3), _text.List(4).Length, out var segments)
            ? ListOf(_text.Text(0), DirectionOf(_text.Text(1)), entries, segments, _text.List(4), _text.List(5), physical)
            : new TraceEvent.Unreadable("nents or ents cannot be read: expected shown/all");
    }

    /// <summary>Whether a recorder that did not understand the format printed bare fields; the mark is taken away.</summary>
    private static bool WithoutFailure(ref ReadOnlySpan<char> body)
    {
        if (body.StartsWith(FailedToParse))
        {
            body = body[FailedToParse.Length..].TrimStart(' ');
            return true;
        }

        return body.StartsWith("device=");
    }

    /// <summary>The second of <c>shown/all</c>, which may be followed by a mark.</summary>
    private static bool TryTotal(string? text, int shown, out ulong total)
    {
        total = (ulong)shown;
        if (text is null)
        {
            return true;
        }

        var counts = text.AsSpan();
        counts = counts.IndexOf(' ') is >= 0 and var mark ? counts[..mark] : counts;
        return TrySplit(counts, out _, out total);
    }

    private static TraceEvent ListOf(
        string? device, DmaDirection? direction, ulong? entries, ulong? segments,
        ReadOnlySpan<ulong> dma, ReadOnlySpan<ulong> lengths, ReadOnlySpan<ulong> physical)
    {
        if (device is null || direction is null || dma.Length != lengths.Length || entries is null or > int.MaxValue || segments is null or > int.MaxValue
            || (ulong)dma.Length > segments || (ulong)physical.Length > entries || segments > entries || segments == 0)
        {
            return new TraceEvent.Unreadable("the list contradicts itself: expected an address and a length for each segment shown, and no more than all");
        }

        var list = new StatedSegment[dma.Length];
        for (var index = 0; index < dma.Length; index++)
        {
            list[index] = new(dma[index], lengths[index]);
        }

        return new TraceEvent.MapList(device, direction.Value, (int)entries, (int)segments, ImmutableCollectionsMarshal.AsImmutableArray(list), [.. physical]);
    }

    private TraceEvent OfUnmapList(ReadOnlySpan<char> body)
    {
        var fields = WithoutFailure(ref body) ? _unmapListFields : _unmapList;
        return !Is(body, fields, out var wrong) ? wrong
            : new TraceEvent.UnmapList(_text.Text(0) ?? "?", [.. _text.List(ReferenceEquals(fields, _unmapList) ? 2 : 1)]);
    }

    private TraceEvent OfMapListFailed(ReadOnlySpan<char> body)
    {
        var fields = WithoutFailure(ref body) ? _mapListFailedFields : _mapListFailed;
        return !Is(body, fields, out var wrong) ? wrong
            : new TraceEvent.MapListFailed(_text.Text(0) ?? "?", unchecked((int)(long)(_text.Number(ReferenceEquals(fields, _mapListFailed) ? 3 : 2) ?? 0)));
    }

    private TraceEvent OfMemory(DeviceMemoryKind kind, ReadOnlySpan<char> body)
    {
        var isBare = WithoutFailure(ref body);
        var fields = isBare ? _memoryFields : body.Contains(" dma_addrs=", StringComparison.Ordinal) ? _memoryOfList : _memory;
        return !Is(body, fields, out var wrong) ? wrong
            : new TraceEvent.DeviceMemory(kind, _text.Text(0) ?? "?", ReferenceEquals(fields, _memory) ? _text.Number(3) ?? 0 : 0);
    }

    private TraceEvent OfIommuMap(ReadOnlySpan<char> body)
    {
        var text = body.StartsWith("IOMMU: ") ? body[7..] : body;
        return text.StartsWith("iova=")
            ? Is(text, _iommuMap, out var wrong) ? new TraceEvent.IommuMap(_text.Number(0) ?? 0, _text.Number(2) ?? 0, _text.Number(3) ?? 0) : wrong
            : new TraceEvent.Other();
    }

    private TraceEvent OfFault(ReadOnlySpan<char> body)
    {
        var text = body.StartsWith("IOMMU:") ? body[6..].TrimStart(' ') : body;
        return Is(text, text.StartsWith("device=") ? _faultFields : _fault, out var wrong)
            ? new TraceEvent.Fault(_text.Text(0) ?? "?", _text.Text(1) ?? "?", _text.Number(2) ?? 0, _text.Number(3) ?? 0)
            : wrong;
    }

    private TraceEvent OfBounced(ReadOnlySpan<char> body) =>
        Is(body, body.StartsWith("dev_name: ") ? _bounced : _bouncedFields, out var wrong)
            ? new TraceEvent.Bounced(
                _text.Text(0) ?? "?", _text.Number(1) ?? 0, _text.Number(2) ?? 0, _text.Number(3) ?? 0, _text.Text(4) is "FORCE" or "1")
            : wrong;

    private static DmaDirection? DirectionOf(ulong? number) => number switch
    {
        0 => DmaDirection.Bidirectional,
        1 => DmaDirection.ToDevice,
        2 => DmaDirection.FromDevice,
        _ => null,
    };

    private static DmaDirection? DirectionOf(string? name) => name switch
    {
        "BIDIRECTIONAL" => DmaDirection.Bidirectional,
        "TO_DEVICE" => DmaDirection.ToDevice,
        "FROM_DEVICE" => DmaDirection.FromDevice,
        _ => null,
    };
}
