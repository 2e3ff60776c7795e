using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>A board's MMUs with the addresses that each has handed out.</summary>
/// <param name="All">In the board's order.</param>
internal sealed record IommuStages(ImmutableArray<StageContexts> All)
{
    /// <summary>Creates MMUs that have handed out nothing.</summary>
    public static IommuStages Create(ImmutableArray<IommuStage> stages) => new([.. stages.Select(StageContexts.Create)]);

    /// <summary>Restores stored MMUs.</summary>
    /// <param name="stages">The MMUs.</param>
    /// <param name="states">The stored state of each.</param>
    /// <param name="held">What mappings hold in them.</param>
    public static IommuStages Restore(
        ImmutableArray<IommuStage> stages, ImmutableArray<IommuStageState> states, IEnumerable<MappedStage> held)
    {
        Invariant.Holds(stages.Length == states.Length);
        var byStage = held.ToLookup(mapped => mapped.Stage);
        return new([.. stages.Zip(states, (stage, state) => StageContexts.Restore(stage, state, byStage[stage.Name]))]);
    }

    /// <summary>Maps a list in each address space on a device's path, from memory towards the device.</summary>
    /// <param name="table">The list.</param>
    /// <param name="request">The request, with its path.</param>
    /// <returns>The addresses from each stage, from memory towards the device, or a refusal as in <see cref="DmaTranslation.Map"/>.</returns>
    public (IommuStages Next, DmaResult<ImmutableArray<MappedStage>> Reply) Map(SgTable table, DmaMapRequest request)
    {
        if (Check(request) is { } bad)
        {
            return (this, Refused(bad));
        }

        var path = request.Path;
        var next = this;
        var mapped = ImmutableArray.CreateBuilder<MappedStage>(path.Length);
        IommuMapping? mapping = null;
        for (var step = 0; step < path.Length; step++)
        {
            var stage = next.Find(path[step])!;
            var limits = IommuLimits.Of(stage.Stage.Layout.GranuleBytes, request.Takes);
            var laidOut = mapping is null ? IommuMap.Map(limits, table) : IommuMap.Map(limits, mapping, mapped[^1].Range.First);
            if (!laidOut.TryGetValue(out mapping))
            {
                return (next.Unmap(mapped.ToImmutable()), Refused(Explain(laidOut.Refusal!, stage, request)));
            }

            // The device never sees the addresses of the lower stage.
            var highest = step == path.Length - 1 ? request.HighestAddress : ulong.MaxValue;
            var space = step == path.Length - 1 && request.Space is { } own ? $"{request.Token.Buffer}/{own}" : null;
            var pciDevice = step == path.Length - 1 && request.Pci ? request.Importer : null;
            var (filled, reply) = stage.Allocate(mapping.LengthBytes, highest, space, pciDevice);
            if (!reply.TryGetValue(out var range))
            {
                return ((ReferenceEquals(filled, stage) ? next : next.With(filled)).Unmap(mapped.ToImmutable()), Refused(Explain(reply.Refusal!, stage, request)));
            }

            next = next.With(filled);
            mapped.Add(range);
        }

        var held = mapped.MoveToImmutable();
        return TooMany(mapping!, request) is { } tooMany ? (next.Unmap(held), Refused(tooMany)) : (next, DmaResult.Grant(held));
    }

    /// <summary>Gives back each range of a mapping to its context.</summary>
    public IommuStages Unmap(ImmutableArray<MappedStage> held) =>
        held.Aggregate(this, (stages, mapped) => stages.With(stages.Find(mapped.Stage)!.Free(mapped)));

    /// <summary>The stage of that name, or null.</summary>
    public StageContexts? Find(string name)
    {
        var index = IndexOf(name);
        return index < 0 ? null : All[index];
    }

    /// <summary>Replaces the stage of that name.</summary>
    public IommuStages With(StageContexts stage) => new(All.SetItem(IndexOf(stage.Stage.Name), stage));

    /// <summary>Checks that each address space has handed out exactly what mappings hold.</summary>
    /// <param name="held">All that mappings hold.</param>
    public void AssertHold(IEnumerable<MappedStage> held)
    {
        var byStage = held.ToLookup(mapped => mapped.Stage);
        Invariant.Holds(byStage.All(mapped => Find(mapped.Key) is not null));
        foreach (var stage in All)
        {
            stage.AssertHold(byStage[stage.Stage.Name]);
        }
    }

    /// <summary>
    /// A full space is ENOMEM where the DMA API owns the tables: dma_map_sgtable answers EINVAL, ENOMEM, EIO or EREMOTEIO only
    /// (kernel/dma/mapping.c; drivers/iommu/dma-iommu.c, iommu_dma_map_sg). A driver's own allocator answers ENOSPC
    /// (drivers/gpu/drm/drm_mm.c).
    /// </summary>
    /// <remarks>The only place that decides between ENOMEM and ENOSPC for a map.</remarks>
    private static Refusal Explain(Refusal refusal, StageContexts stage, DmaMapRequest request) => refusal with
    {
        Errno = refusal.Errno == Errno.ENOSPC && stage.Stage.Owner == StageOwner.DmaApi ? Errno.ENOMEM : refusal.Errno,
        Importer = request.Importer,
        Reason = $"{stage.Stage.Name} cannot map {request.Token.Buffer} for {request.Importer}: {refusal.Reason}",
    };

    /// <summary>The mapper cannot be asked for fewer segments, so they are counted afterwards (thread #57).</summary>
    private static Refusal? TooMany(IommuMapping mapping, DmaMapRequest request)
    {
        var (count, most) = ((uint)mapping.Segments.Length, request.Takes.MaxSegmentCount);
        if (count > most && request.Contiguous)
        {
            most = ContiguousRun.Judging(
                request.Takes, request.SizeBytes, mapping.Segments.Select(segment => new StatedSegment(segment.OffsetBytes, segment.LengthBytes))).MaxSegmentCount;
        }

        return !request.ChecksCount || count <= most
            ? null
            : new(
                Errno.EINVAL, request.Importer, nameof(DmaConstraints.MaxSegmentCount), count, most,
                $"{request.Importer} takes at most {Counted.Of(most, "segment")}; {request.Token.Buffer} has {count} behind {request.Path[^1]}.");
    }

    private static DmaResult<ImmutableArray<MappedStage>> Refused(Refusal refusal) => DmaResult.Refuse<ImmutableArray<MappedStage>>(refusal);

    /// <summary>EINVAL naming Stage for an unknown stage, EOPNOTSUPP naming Options for options that the stages do not support; else null.</summary>
    private Refusal? Check(DmaMapRequest request)
    {
        foreach (var name in request.Path)
        {
            if (Find(name) is null)
            {
                return new(
                    Errno.EINVAL, request.Importer, "Stage", null, null,
                    $"{request.Importer} is behind {name}, but the board has no MMU of that name.");
            }
        }

        return CheckOptions(request, Find(request.Path[^1])!.Stage);
    }

    /// <summary>EOPNOTSUPP when a deferred flush or a process's address space is asked of tables that no driver owns (thread #34); else null.</summary>
    private static Refusal? CheckOptions(DmaMapRequest request, IommuStage nearest)
    {
        if ((request.Options & (MapOptions.DeferFlush | MapOptions.OwnSpace)) == MapOptions.None)
        {
            return null;
        }

        if (nearest.Owner != StageOwner.Driver)
        {
            return new(
                Errno.EOPNOTSUPP, request.Importer, "Options", null, null,
                $"The DMA API manages the tables of {nearest.Name}, so {request.Importer} cannot fill them itself.");
        }

        return request.Options.HasFlag(MapOptions.OwnSpace) && nearest.ContextCount == 1
            ? new(
                Errno.EOPNOTSUPP, request.Importer, "Options", null, null,
                $"{nearest.Name} has one address space: {request.Importer} cannot have another for a process.")
            : null;
    }

    private int IndexOf(string name)
    {
        for (var index = 0; index < All.Length; index++)
        {
            if (All[index].Stage.Name == name)
            {
                return index;
            }
        }

        return -1;
    }
}
