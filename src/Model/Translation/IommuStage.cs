using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>An MMU of a board. Devices that name the same stage share its address space (thread #34, #35).</summary>
/// <param name="Name">Unique among the board's stages.</param>
/// <param name="Layout">Its address space, the same in every context.</param>
[GenerateSerializer, Immutable, Alias("dma.stage")]
public sealed record IommuStage(string Name, IovaSpaceLayout Layout)
{
    /// <summary>The most contexts of a stage.</summary>
    public const uint ContextsMax = 64;

    /// <summary>Who owns its tables.</summary>
    [Id(0)]
    public StageOwner Owner { get; init; }

    /// <summary>The number of address spaces that it switches between, 1 to <see cref="ContextsMax"/> (thread #38, #39).</summary>
    [Id(1)]
    public uint ContextCount { get; init; } = 1;

    /// <summary>
    /// The highest output address that its entries hold; 0 for no limit. For a stage next to memory this is a physical address, as oas in
    /// include/linux/io-pgtable.h.
    /// </summary>
    [Id(2)]
    public ulong OutputLimit { get; init; }

    /// <summary>Whether another stage is equal in content; <c>==</c> compares collections by reference.</summary>
    public bool SaysTheSameAs(IommuStage other) =>
        Name == other.Name && Owner == other.Owner && ContextCount == other.ContextCount && OutputLimit == other.OutputLimit
        && Layout.Reserved.SequenceEqual(other.Layout.Reserved)
        && Layout with { Reserved = [] } == other.Layout with { Reserved = [] };

    /// <summary>Whether some stages say the same as others, in the same order.</summary>
    public static bool SayTheSame(ImmutableArray<IommuStage> some, ImmutableArray<IommuStage> others) =>
        some.Length == others.Length && some.Zip(others).All(pair => pair.First.SaysTheSameAs(pair.Second));

    /// <summary>Null when the stage is valid.</summary>
    /// <returns>EINVAL naming Stage, Owner, Layout or ContextCount; else what <see cref="IovaSpaceLayout.Check"/> answers.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Stage") is { } bad)
        {
            return bad;
        }

        if (Owner is not (StageOwner.DmaApi or StageOwner.Driver))
        {
            return Refusal.Of(Errno.EINVAL, nameof(Owner), $"Stage {Name}: owner {(int)Owner} is not known.");
        }

        if (Layout is null)
        {
            return Refusal.Null(nameof(Layout));
        }

        return ContextCount is 0 or > ContextsMax
            ? new(
                Errno.EINVAL, null, nameof(ContextCount), ContextCount, ContextsMax,
                $"Stage {Name} has {ContextCount} contexts: expected 1 to {ContextsMax}.")
            : Layout.Check();
    }
}
