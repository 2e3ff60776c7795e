using System.Collections.Immutable;
using DmaGrains.Model.Buffers.Changes;

namespace DmaGrains.Model.Buffers;

/// <content>The difference between two states of a buffer, and the later state from the earlier one.</content>
public sealed partial record DmaBuffer
{
    private BufferMarks Marks =>
        (IsReleased ? BufferMarks.Released : 0)
        | (IsFreed ? BufferMarks.Freed : 0)
        | (IsRevoked ? BufferMarks.Revoked : 0)
        | (HasHadTranslated ? BufferMarks.HadTranslated : 0);

    /// <summary>Whether this is a later state of the same export, so that the difference can be told.</summary>
    public bool Continues(DmaBuffer earlier) =>
        ReferenceEquals(Origin, earlier.Origin) && Regions == earlier.Regions && PageOrder == earlier.PageOrder && Exporter == earlier.Exporter;

    /// <summary>What has changed since an earlier state of the same export; <see cref="With(in BufferChanges)"/> is the way back.</summary>
    /// <param name="before">The earlier state; this one <see cref="Continues"/> it.</param>
    public BufferChanges ChangesSince(DmaBuffer before)
    {
        Invariant.Holds(Continues(before));
        var (attached, detached) = AttachmentsSince(before);
        var (mapped, unmapped, turns) = MappingsSince(before);
        return new()
        {
            Constraints = Constraints == before.Constraints ? null : Constraints,
            Attached = attached,
            Detached = detached,
            Mapped = mapped,
            Unmapped = unmapped,
            Turns = turns,
            Storage = ReferenceEquals(Storage, before.Storage) ? null : Storage,
            HasLostStorage = Storage is null && before.Storage is not null,
            Generation = Generation == before.Generation ? null : Generation,
            NextSequence = NextSequence == before.NextSequence ? null : NextSequence,
            NextMapping = NextMapping == before.NextMapping ? null : NextMapping,
            Marks = Marks == before.Marks ? null : Marks,
            Hazards = HazardsSince(before.Hazards),
            Costs = CostChange.Between(before.Costs, Costs),
            Superseded = Superseded == before.Superseded ? default : Superseded,
            Cpu = ReferenceEquals(Cpu, before.Cpu) ? null : Cpu,
            OwedMappings = Unmapped == before.Unmapped ? default : Unmapped,
        };
    }

    /// <summary>The state that differs from this one by those changes.</summary>
    /// <param name="changes">What <see cref="ChangesSince"/> told.</param>
    public DmaBuffer With(in BufferChanges changes)
    {
        var storage = changes.HasLostStorage ? null : changes.Storage ?? Storage;
        var marks = changes.Marks ?? Marks;
        return this with
        {
            Constraints = changes.Constraints ?? Constraints,
            Attachments = Changed(Attachments, changes.Detached, changes.Attached, static attachment => attachment),
            Mappings = Turned(
                Changed(Mappings, changes.Unmapped, changes.Mapped, mapping => mapping with { Storage = storage! }), changes.Turns),
            Storage = storage,
            Generation = changes.Generation ?? Generation,
            NextSequence = changes.NextSequence ?? NextSequence,
            NextMapping = changes.NextMapping ?? NextMapping,
            IsReleased = marks.HasFlag(BufferMarks.Released),
            IsFreed = marks.HasFlag(BufferMarks.Freed),
            IsRevoked = marks.HasFlag(BufferMarks.Revoked),
            HasHadTranslated = marks.HasFlag(BufferMarks.HadTranslated),
            Hazards = With(Hazards, changes.Hazards),
            Costs = changes.Costs.After(Costs),
            Superseded = changes.Superseded.IsDefault ? Superseded : changes.Superseded,
            Cpu = changes.Cpu ?? Cpu,
            Unmapped = changes.OwedMappings.IsDefault ? Unmapped : changes.OwedMappings,
        };
    }

    private (ImmutableArray<Attachment> Attached, ImmutableArray<string> Detached) AttachmentsSince(DmaBuffer before)
    {
        if (Attachments == before.Attachments)
        {
            return default;
        }

        var (attached, detached) = (default(Few<Attachment>), default(Few<string>));
        foreach (var (was, now) in Attachments.ChangesSince(before.Attachments))
        {
            if (now is null)
            {
                detached.Add(was!.Name);
            }
            else
            {
                attached.Add(now);
            }
        }

        return (attached.ToImmutable(), detached.ToImmutable());
    }

    private (ImmutableArray<Mapping> Mapped, ImmutableArray<string> Unmapped, ImmutableArray<TurnChange> Turns) MappingsSince(DmaBuffer before)
    {
        if (Mappings == before.Mappings)
        {
            return default;
        }

        var (mapped, unmapped, turns) = (default(Few<Mapping>), default(Few<string>), default(Few<TurnChange>));
        foreach (var (was, now) in Mappings.ChangesSince(before.Mappings))
        {
            if (now is null)
            {
                unmapped.Add(was!.Name);
            }
            else if (was is not null && was with { Turn = now.Turn } == now)
            {
                turns.Add(new(now.Name, now.Turn));
            }
            else
            {
                mapped.Add(now with { Storage = null! });
            }
        }

        return (mapped.ToImmutable(), unmapped.ToImmutable(), turns.ToImmutable());
    }

    private ImmutableArray<HazardChange> HazardsSince(ImmutableArray<Hazard> before)
    {
        if (Hazards == before)
        {
            return default;
        }

        // Hazards stay until the buffer is gone, and what was counted again knows its first occurrence.
        Invariant.Holds(Hazards.Length >= before.Length);
        var changes = default(Few<HazardChange>);
        for (var index = 0; index < Hazards.Length; index++)
        {
            var (was, now) = (index < before.Length ? before[index] : null, Hazards[index]);
            if (!ReferenceEquals(was, now))
            {
                Invariant.Holds(was is null || now.First is not null);
                changes.Add(new(index, ReferenceEquals(now.First, FirstOf(was)) ? now with { First = null } : now));
            }
        }

        return changes.ToImmutable();
    }

    private static ImmutableArray<Hazard> With(ImmutableArray<Hazard> hazards, ImmutableArray<HazardChange> changes)
    {
        if (changes.IsDefault)
        {
            return hazards;
        }

        var changed = hazards.ToBuilder();
        foreach (var (index, hazard) in changes)
        {
            if (index == changed.Count)
            {
                changed.Add(hazard);
            }
            else
            {
                changed[index] = hazard.First is null ? hazard with { First = FirstOf(changed[index]) } : hazard;
            }
        }

        return changed.ToImmutable();
    }

    private static Hazard? FirstOf(Hazard? before) => before?.First ?? before;

    private static NamedList<TItem, TSum> Changed<TItem, TSum>(
        NamedList<TItem, TSum> items, ImmutableArray<string> gone, ImmutableArray<TItem> written, Func<TItem, TItem> toItem)
        where TItem : class, IListed<TItem, TSum>
    {
        foreach (var name in gone.IsDefault ? [] : gone)
        {
            items = items.Without(name);
        }

        foreach (var item in written.IsDefault ? [] : written)
        {
            items = items.With(toItem(item));
        }

        return items;
    }

    private static NamedList<Mapping, Coherency.DeviceUses> Turned(
        NamedList<Mapping, Coherency.DeviceUses> mappings, ImmutableArray<TurnChange> turns)
    {
        foreach (var (name, turn) in turns.IsDefault ? [] : turns)
        {
            var mapping = mappings.Find(name);
            Invariant.Holds(mapping is not null);
            mappings = mappings.With(mapping! with { Turn = turn });
        }

        return mappings;
    }

    /// <summary>Collects items, usually none or one, without a builder for them.</summary>
    private struct Few<T>
    {
        private ImmutableArray<T> _one;
        private ImmutableArray<T>.Builder? _more;

        public void Add(T item)
        {
            if (_one.IsDefault)
            {
                _one = [item];
                return;
            }

            _more ??= _one.ToBuilder();
            _more.Add(item);
        }

        /// <summary>Default for none, so that nothing is stored.</summary>
        public readonly ImmutableArray<T> ToImmutable() => _more?.ToImmutable() ?? _one;
    }
}
