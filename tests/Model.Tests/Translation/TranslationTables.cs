using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>MMUs and a pool kept granule by granule and slot by slot. A map that fails gives back what it got.</summary>
internal sealed class TranslationTables
{
    private readonly IommuStage[] _stages;
    private readonly Dictionary<(string Stage, uint Context), GranuleBitmap> _spaces = [];
    private readonly List<(MemoryRegionLayout Region, SlotBitmap Slots)> _pools;

    public TranslationTables(IommuStage[] stages, MemoryRegionLayout? region, params MemoryRegionLayout[] restricted)
    {
        _stages = stages;
        _pools = [.. restricted.Concat(region is null ? [] : [region]).Select(pool => (pool, new SlotBitmap((int)(pool.Range.SizeBytes / 2048), pool.AreaCount)))];
        foreach (var stage in stages)
        {
            Current[stage.Name] = 0;
            for (uint context = 0; context < stage.ContextCount; context++)
            {
                _spaces.Add((stage.Name, context), new(stage.Layout));
            }
        }
    }

    public Dictionary<string, uint> Current { get; } = [];

    public Dictionary<MapToken, (DmaMapRequest Request, TranslationReply Reply)> Held { get; } = [];

    public int UsedSlots => _pools.Sum(pool => pool.Slots.UsedCount);

    public GranuleBitmap Space(string stage, uint context) => _spaces[(stage, context)];

    public TranslationReply Map(DmaMapRequest request)
    {
        if (Held.TryGetValue(request.Token, out var held) && IsSame(held.Request, request))
        {
            return held.Reply;
        }

        Unmap(request.Token);
        var reply = request.Iommu is null && request.BusMmu is null ? Bounce(request) : Translate(request);
        if (reply.Errno is null && reply.Ranges.Length + reply.Bounces.Length != 0)
        {
            Held.Add(request.Token, (request, reply));
        }

        return reply;
    }

    public void Unmap(MapToken token)
    {
        if (Held.Remove(token, out var held))
        {
            foreach (var mapped in held.Reply.Ranges)
            {
                _spaces[(mapped.Stage, mapped.Context)].Free(mapped.Range);
            }

            foreach (var entry in held.Reply.Bounces)
            {
                _pools.Single(pool => entry.Address.Value >> 12 >= pool.Region.Range.FirstPfn && entry.Address.Value >> 12 < pool.Region.Range.EndPfn)
                    .Slots.Unmap(entry.Slots.FirstSlot, entry.Slots.SlotCount);
            }
        }
    }

    public void UnmapAll(string buffer)
    {
        foreach (var token in Held.Keys.Where(token => token.Buffer == buffer).ToList())
        {
            Unmap(token);
        }
    }

    /// <summary>Whether the DMA API would find a mapping's addresses where it looks for them.</summary>
    public bool MayUnmap(MapToken token) => !Held.TryGetValue(token, out var held) || held.Reply.Ranges.All(mapped =>
        Of(mapped.Stage)!.Owner == StageOwner.Driver || Current[mapped.Stage] == mapped.Context);

    private static bool IsSame(DmaMapRequest one, DmaMapRequest other) =>
        one.Storage.Token == other.Storage.Token && one.Storage.Extents.SequenceEqual(other.Storage.Extents)
        && one with { Storage = other.Storage } == other;

    private IommuStage? Of(string name) => _stages.FirstOrDefault(stage => stage.Name == name);

    private TranslationReply Translate(DmaMapRequest request)
    {
        string[] path = [.. new[] { request.BusMmu, request.Iommu }.OfType<string>()];
        if (path.Any(name => Of(name) is null))
        {
            return TranslationReply.Refuse(Errno.EINVAL, "Stage");
        }

        var nearest = Of(path[^1])!;
        var isForeign = nearest.Owner == StageOwner.DmaApi
            || (request.Options.HasFlag(MapOptions.OwnSpace) && nearest.ContextCount == 1);
        if (request.Options != MapOptions.None && isForeign)
        {
            return TranslationReply.Refuse(Errno.EOPNOTSUPP, "Options");
        }

        var ranges = new List<MappedStage>();
        var pieces = TableOf(request).Entries.ToArray().Select(entry => (entry.Address.Value, entry.LengthBytes)).ToList();
        for (var step = 0; step < path.Length; step++)
        {
            var granule = Of(path[step])!.Layout.GranuleBytes;
            var inputs = pieces.Select(piece => new IommuInput((uint)(piece.Value % granule), piece.LengthBytes)).ToArray();
            var mapper = new KernelMapper(new(granule, request.Takes.MaxSegmentSize, request.Takes.SegmentBoundaryMask), inputs);
            if (!mapper.Fits)
            {
                return Undone(ranges, TranslationReply.Refuse(Errno.EINVAL, "LengthBytes"));
            }

            var space = step == path.Length - 1 && request.Space is { } own ? $"{request.Token.Buffer}/{own}" : null;
            var (found, isTaken) = ContextFor(path[step], space, ranges);
            if (found is not { } context)
            {
                return Undone(ranges, TranslationReply.Refuse(Errno.ENOSPC, "ContextCount"));
            }

            var before = Space(path[step], context);
            if (isTaken)
            {
                _spaces[(path[step], context)] = new(Of(path[step])!.Layout);
            }

            var reach = step == path.Length - 1 ? request.HighestAddress : ulong.MaxValue;
            if (Space(path[step], context).Allocate((ulong)mapper.Length, reach) is not { } start)
            {
                _spaces[(path[step], context)] = isTaken ? before : Space(path[step], context);
                return Undone(ranges, TranslationReply.Refuse(
                    Of(path[step])!.Owner == StageOwner.Driver ? Errno.ENOSPC : Errno.ENOMEM, "LengthBytes"));
            }

            ranges.Add(new(path[step], granule, new(new(start), (ulong)mapper.Length), context)
            {
                IsLazy = Of(path[step])!.Layout.Reuse == IovaReuse.Lazy,
                Space = space,
            });
            pieces = [.. mapper.Segments.Select(segment => (start + segment.OffsetBytes, segment.LengthBytes))];
        }

        return request.ChecksCount && pieces.Count > request.Takes.MaxSegmentCount
            ? Undone(ranges, TranslationReply.Refuse(Errno.EINVAL, "MaxSegmentCount"))
            : new(null, null, [.. ranges], [], [.. pieces.Select(piece => new DmaSegment(new(piece.Value), piece.LengthBytes))]);
    }

    private TranslationReply Undone(List<MappedStage> ranges, TranslationReply refused)
    {
        ranges.ForEach(mapped => Space(mapped.Stage, mapped.Context).Free(mapped.Range));
        return refused;
    }

    /// <summary>Looks at every mapping for who has which context; an own space that takes one begins with empty tables.</summary>
    private (uint? Context, bool IsTaken) ContextFor(string stage, string? space, List<MappedStage> below)
    {
        var held = Held.Values.SelectMany(mapping => mapping.Reply.Ranges).Concat(below).Where(mapped => mapped.Stage == stage).ToList();
        var current = Current[stage];
        if (space is null)
        {
            return (held.Exists(mapped => mapped.Context == current && mapped.Space is not null) ? 0 : current, false);
        }

        if (held.Exists(mapped => mapped.Space == space))
        {
            return (held.Find(mapped => mapped.Space == space).Context, false);
        }

        for (uint context = 1; context < Of(stage)!.ContextCount; context++)
        {
            if (held.TrueForAll(mapped => mapped.Context != context))
            {
                return (context, true);
            }
        }

        return (null, false);
    }

    private TranslationReply Bounce(DmaMapRequest request)
    {
        var entries = TableOf(request).ToImmutableArray();
        var (region, slots) = _pools.Find(pool => request.Pool is null ? pool.Region.Users.IsEmpty : pool.Region.Name == request.Pool);
        var segments = entries.Select(entry => new DmaSegment(new(entry.Address.Value), entry.LengthBytes)).ToArray();
        var bounces = new List<BouncedEntry>();
        for (var index = 0; index < entries.Length; index++)
        {
            var length = entries[index].LengthBytes;
            if (request.Pool is null && entries[index].Address.Value + length <= request.HighestAddress + (UInt128)1)
            {
                continue;
            }

            if (slots is null || length > 262_144
                || slots.Map(new(length, entries[index].Address, request.Takes.SegmentBoundaryMask), region.Range.FirstPfn * 4096) is not { } slot)
            {
                slots?.Undo(bounces.Select(bounce => bounce.Slots));
                return TranslationReply.Refuse(Errno.EIO, slots is not null && length > 262_144 ? "LengthBytes" : "BouncePool");
            }

            var address = (region.Range.FirstPfn * 4096) + ((ulong)slot * 2048);
            if (address + length > request.HighestAddress + (UInt128)1)
            {
                slots.Undo(bounces.Select(bounce => bounce.Slots).Append(new(slot, (int)((length + 2047) / 2048), length)));
                return TranslationReply.Refuse(Errno.EIO, "DmaMask");
            }

            segments[index] = segments[index] with { Address = new(address) };
            bounces.Add(new(index, new(slot, (int)((length + 2047) / 2048), length), new(address)));
        }

        return new(null, null, [], [.. bounces], segments);
    }

    private static SgTable TableOf(DmaMapRequest request) => Scatterlist.Build(
        request.Storage.Extents.AsSpan(), 0, request.SizeBytes, request.CutUnder.MaxSegmentSize,
        request.CutUnder.SegmentBoundaryMask).Value;
}
