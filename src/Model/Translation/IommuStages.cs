using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>A board's MMUs and what is handed out of each.</summary>
/// <param name="All">In the board's order.</param>
internal sealed record IommuStages(ImmutableArray<StageContexts> All)
{
    /// <summary>Nothing is handed out.</summary>
    public static IommuStages Create(ImmutableArray<IommuStage> stages) => new([.. stages.Select(StageContexts.Create)]);

    /// <summary>MMUs as they were stored.</summary>
    /// <param name="stages">The MMUs.</param>
    /// <param name="states">What was stored of each.</param>
    /// <param name="held">What mappings hold of them.</param>
    public static IommuStages Restore(
        ImmutableArray<IommuStage> stages, ImmutableArray<IommuStageState> states, IEnumerable<MappedStage> held)
    {
        Invariant.Holds(stages.Length == states.Length);
        var byStage = held.ToLookup(mapped => mapped.Stage);
        return new([.. stages.Zip(states, (stage, state) => StageContexts.Restore(stage, state, byStage[stage.Name]))]);
    }

    /// <summary>Lays a list out in the address spaces on a device's path, each over the one below it.</summary>
    /// <param name="table">The list.</param>
    /// <param name="request">Whose list it is, and through which stages it goes.</param>
    /// <returns>What each stage gave, from memory towards the device; or a refusal as <see cref="DmaTranslation.Map"/> says.</returns>
    public (IommuStages Next, DmaResult<ImmutableArray<MappedStage>> Reply) Map(SgTable table, DmaMapRequest request)
    {
        if (Check(request) is { } bad)
        {
            return Refuse(bad);
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
                return Refuse(Explain(laidOut.Refusal!, stage, request));
            }

            // What a stage below hands out reaches the stage above it, and never the device.
            var highest = step == path.Length - 1 ? request.HighestAddress : ulong.MaxValue;
            var space = step == path.Length - 1 && request.Space is { } own ? $"{request.Token.Buffer}/{own}" : null;
            var (filled, reply) = stage.Allocate(mapping.LengthBytes, highest, space);
            if (!reply.TryGetValue(out var held))
            {
                return Refuse(Explain(reply.Refusal!, stage, request));
            }

            next = next.With(filled);
            mapped.Add(held);
        }

        return TooMany(mapping!, request) is { } tooMany ? Refuse(tooMany) : (next, DmaResult.Grant(mapped.MoveToImmutable()));
    }

    /// <summary>Gives back what a mapping holds, each range to the context that it is of.</summary>
    public IommuStages Unmap(ImmutableArray<MappedStage> held) =>
        held.Aggregate(this, (stages, mapped) => stages.With(stages.Find(mapped.Stage)!.Free(mapped)));

    /// <summary>The stage of that name, or null.</summary>
    public StageContexts? Find(string name)
    {
        var index = IndexOf(name);
        return index < 0 ? null : All[index];
    }

    /// <summary>With a stage in the place of the one of its name.</summary>
    public IommuStages With(StageContexts stage) => new(All.SetItem(IndexOf(stage.Stage.Name), stage));

    /// <summary>Checks that each address space hands out what mappings hold of it, and no more.</summary>
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
    private static Refusal Explain(Refusal refusal, StageContexts stage, DmaMapRequest request) => refusal with
    {
        Errno = refusal.Errno == Errno.ENOSPC && stage.Stage.Owner == StageOwner.DmaApi ? Errno.ENOMEM : refusal.Errno,
        Importer = request.Importer,
        Reason = $"{stage.Stage.Name} cannot map {request.Token.Buffer} for {request.Importer}: {refusal.Reason}",
    };

    /// <summary>No parameter asks a mapper for fewer segments, so they are counted afterwards (thread #57).</summary>
    private static Refusal? TooMany(IommuMapping mapping, DmaMapRequest request)
    {
        var (count, most) = ((uint)mapping.Segments.Length, request.Takes.MaxSegmentCount);
        return !request.ChecksCount || count <= most
            ? null
            : new(
                Errno.EINVAL, request.Importer, nameof(DmaConstraints.MaxSegmentCount), count, most,
                $"{request.Importer} takes at most {Counted.Of(most, "segment")}; {request.Token.Buffer} has {count} behind {request.Path[^1]}.");
    }

    private (IommuStages Next, DmaResult<ImmutableArray<MappedStage>> Reply) Refuse(Refusal refusal) =>
        (this, DmaResult.Refuse<ImmutableArray<MappedStage>>(refusal));

    /// <summary>Null when the stages exist and can give what is asked for; else EINVAL naming Stage, or EOPNOTSUPP naming Options.</summary>
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

    /// <summary>Who flushes later, or wants an address space of a process, needs tables that its driver keeps (thread #34).</summary>
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
