using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>Random histories of MMUs and a pool, held against tables kept granule by granule and slot by slot.</summary>
public sealed class DmaTranslationHistoryTests
{
    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Gen<Step> _step = Gen.Frequency(
        (8, Gen.Select(
            Gen.Int[0, 5], AnyTranslation.Token, Gen.Frequency((3, Gen.Const(0UL)), (1, Gen.Const(1UL))),
            (request, token, moved) => (Step)new Step.Map(request, token, moved))),
        (4, AnyTranslation.Token.Select(token => (Step)new Step.Unmap(token))),
        (1, Gen.OneOf("a", "b", "c").Select(buffer => (Step)new Step.UnmapAll(buffer))),
        (2, Gen.Select(Gen.OneOf("bus", "own", "ghost"), Gen.UInt[0, 3], (stage, context) =>
            (Step)new Step.Switch(stage, context))));

    private static readonly Gen<(IommuStage[] Stages, MemoryRegionLayout? Pool, MemoryRegionLayout[] Restricted, DmaMapRequest[] Requests, Step[] Steps)> _history =
        Gen.Select(AnyTranslation.Stages, AnyTranslation.Pool, AnyTranslation.Restricted, AnyTranslation.Request.Array[6], _step.Array[1, 30]);

    [Fact]
    public void Translation_is_the_granule_by_granule_one_after_any_history() =>
        _history.Sample((stages, pool, restricted, requests, steps) => Play(stages, pool, restricted, requests, steps, next => next), iter: 400);

    [Fact]
    public void Translation_goes_on_as_it_was_when_it_is_stored_and_restored_after_every_step() =>
        _history.Sample(
            (stages, pool, restricted, requests, steps) => Play(stages, pool, restricted, requests, steps, next => DmaTranslation.Restore(
                next.Stages, next.Pool, _serializer.Deserialize<DmaTranslationState>(_serializer.SerializeToArray(next.State))!, next.RestrictedPools)),
            iter: 200);

    [Fact]
    public void Translation_has_all_its_room_again_when_everything_is_unmapped() =>
        _history.Sample((stages, pool, restricted, requests, steps) =>
        {
            var tables = new TranslationTables(stages, pool, restricted);
            var played = steps.Aggregate(
                DmaTranslation.Create([.. stages], pool, [.. restricted]), (translation, step) => Apply(step, translation, tables, requests));

            var left = played.UnmapAll("a").UnmapAll("b");

            left.AssertInvariants();
            Assert.Empty(left.Held);
            Assert.Equal(played.State.Pool?.BounceCount, left.State.Pool?.BounceCount);
            Assert.Equal(played.State.RestrictedPools.Select(own => own.BounceCount), left.State.RestrictedPools.Select(own => own.BounceCount));
            Assert.Same(left, left.UnmapAll("a"));
        }, iter: 150);

    private static void Play(
        IommuStage[] stages,
        MemoryRegionLayout? pool,
        MemoryRegionLayout[] restricted,
        DmaMapRequest[] requests,
        Step[] steps,
        Func<DmaTranslation, DmaTranslation> between)
    {
        var tables = new TranslationTables(stages, pool, restricted);
        var translation = DmaTranslation.Create([.. stages], pool, [.. restricted]);
        foreach (var step in steps)
        {
            translation = between(Apply(step, translation, tables, requests));
            translation.AssertInvariants();
            AssertSame(stages, tables, translation);
        }
    }

    private static DmaTranslation Apply(
        Step step, DmaTranslation translation, TranslationTables tables, DmaMapRequest[] requests)
    {
        switch (step)
        {
            case Step.Map(var index, var token, var moved):
                return Map(translation, tables, MovedBy(moved, requests[index] with { Token = token }));
            case Step.Unmap(var token):
                Assert.Equal(tables.MayUnmap(token) ? null : "Context", translation.CheckUnmap(token)?.Field);
                var held = tables.Held.ContainsKey(token);
                tables.Unmap(token);
                var unmapped = translation.Unmap(token);
                Assert.Equal(!held, ReferenceEquals(translation, unmapped));
                return unmapped;
            case Step.UnmapAll(var buffer):
                tables.UnmapAll(buffer);
                return translation.UnmapAll(buffer);
            case Step.Switch(var stage, var context):
                var (switched, refusal) = translation.SwitchContext(stage, context);
                var contexts = translation.Stages.FirstOrDefault(known => known.Name == stage)?.ContextCount ?? 0;
                var field = contexts == 0 ? "Stage" : context >= contexts ? "Context" : null;
                Assert.Equal((field is null ? (Errno?)null : Errno.EINVAL, field), (refusal?.Errno, refusal?.Field));
                Assert.Equal(field is not null || tables.Current[stage] == context, ReferenceEquals(translation, switched));
                tables.Current[stage] = field is null ? context : tables.Current.GetValueOrDefault(stage);
                return switched;
            default:
                throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    private static DmaTranslation Map(DmaTranslation translation, TranslationTables tables, DmaMapRequest request)
    {
        var expected = tables.Map(request);

        var (next, reply) = translation.Map(request);

        if (!reply.TryGetValue(out var mapped))
        {
            var refusal = reply.Refusal!;
            Assert.Equal((expected.Errno, expected.Field, "dev"), (refusal.Errno, refusal.Field, refusal.Importer));
            Assert.Equal(translation.Held.Where(token => token != request.Token), next.Held);
            return next;
        }

        Assert.Null(expected.Errno);
        Assert.Equal(expected.Ranges, mapped.Stages);
        Assert.Equal(expected.Bounces, mapped.Bounces);
        Assert.Equal(expected.Segments, MappedSegments.Of(TableOf(request), request.Takes, mapped));
        var used = translation.Stages.Where(stage => expected.Ranges.Any(range => range.Stage == stage.Name)).ToList();
        Assert.Equal(used.Any(stage => stage.Layout.Reuse == IovaReuse.Lazy), mapped.Stages.Any(stage => stage.IsLazy));
        Assert.Equal(used.Any(stage => stage is { Owner: StageOwner.DmaApi, ContextCount: > 1 }), mapped.IsPerContext);
        var (again, second) = next.Map(request);
        Assert.Same(next, again);
        Assert.Same(mapped, second.Value);
        return next;
    }

    /// <summary>Other pages under the same token.</summary>
    private static DmaMapRequest MovedBy(ulong pages, DmaMapRequest request) => pages == 0 ? request : request with
    {
        Storage = request.Storage with
        {
            Extents = [.. request.Storage.Extents.Select(extent => extent with { FirstPfn = extent.FirstPfn + pages })],
        },
    };

    private static Model.Scatterlists.SgTable TableOf(DmaMapRequest request) =>
        Mapping.TableOver(request.Storage, request.SizeBytes, request.CutUnder);

    private static void AssertSame(IommuStage[] stages, TranslationTables tables, DmaTranslation translation)
    {
        var state = translation.State;
        Assert.Equal(
            tables.Held.Keys.OrderBy(token => token.Buffer, StringComparer.Ordinal).ThenBy(token => token.Sequence),
            translation.Held);
        foreach (var (stage, stored) in stages.Zip(state.Stages))
        {
            Assert.Equal(tables.Current[stage.Name], stored.Context);
            for (var context = 0; context < stored.Spaces.Length; context++)
            {
                var space = tables.Space(stage.Name, (uint)context);
                var retired = stored.Spaces[context].Retired.Sum(range => (long)range.LengthBytes);
                Assert.Equal(space.FlushCount, stored.Spaces[context].FlushCount);
                Assert.Equal(space.RetiredCount * (long)stage.Layout.GranuleBytes, retired);
            }
        }

        Assert.Equal(tables.UsedSlots, state.Held.Sum(held => held.Mapped.Bounces.Sum(entry => entry.Slots.SlotCount)));
    }

    private abstract record Step
    {
        public sealed record Map(int Request, MapToken Token, ulong Moved) : Step;

        public sealed record Unmap(MapToken Token) : Step;

        public sealed record UnmapAll(string Buffer) : Step;

        public sealed record Switch(string Stage, uint Context) : Step;
    }
}
