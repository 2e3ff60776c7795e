using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Translation;

namespace DmaGrains.Scenarios.Files;

/// <summary>An MMU as a board file states it.</summary>
/// <param name="Stage">What it is.</param>
/// <param name="IsEnabled">Whether it translates; devices that name one which does not are not translated at all.</param>
internal sealed record StatedIommu(IommuStage Stage, bool IsEnabled);

/// <summary>The MMUs that a device is behind at once, and the streams by which these know it.</summary>
/// <param name="Iommus">Their names; empty for a device that names none.</param>
/// <param name="Streams">Empty when they know all their devices as one.</param>
internal sealed record IommuUse(NameList Iommus, NameList Streams)
{
    /// <summary>What another device must name, too, to share the address space.</summary>
    public IEnumerable<SpaceKey> Keys
    {
        get
        {
            var streams = Streams.IsEmpty ? [string.Empty] : Streams.Names;
            return Iommus.Names.SelectMany(iommu => streams.Select(stream => new SpaceKey(iommu, stream)));
        }
    }
}

/// <summary>A stream of an MMU, whose devices share an address space.</summary>
internal sealed record SpaceKey(string Iommu, string Stream);

/// <summary>The address spaces that MMUs give devices: those that share a stream share one.</summary>
/// <remarks>Source: drivers/iommu/of_iommu.c (all targets of a device, none of them disabled), generic_device_group and arm_smmu_device_group.</remarks>
internal static class IommuSpaces
{
    /// <summary>The MMUs of the board, one for each space, and that of each use.</summary>
    /// <param name="iommus">The MMUs of the file, with different names.</param>
    /// <param name="uses">What each device names.</param>
    /// <returns>The spaces in the order of the MMUs and of the uses; null for a device that is not translated.</returns>
    public static (ImmutableArray<IommuStage> Stages, ImmutableArray<string?> Of) Of(
        ImmutableArray<StatedIommu> iommus, IReadOnlyList<IommuUse> uses)
    {
        var enabled = iommus.Where(iommu => iommu.IsEnabled).Select(iommu => iommu.Stage.Name).ToHashSet();
        var groups = new List<SharedSpace>();
        var byKey = new Dictionary<SpaceKey, SharedSpace>();
        for (var use = 0; use < uses.Count; use++)
        {
            if (uses[use].Iommus.IsEmpty || !uses[use].Iommus.Names.All(enabled.Contains))
            {
                continue;
            }

            var group = new SharedSpace(use);
            groups.Add(group);
            foreach (var key in uses[use].Keys)
            {
                if (byKey.TryGetValue(key, out var other) && other != group)
                {
                    // The elder one goes on, so that a space is where its first device is.
                    other.Take(group);
                    groups.Remove(group);
                    foreach (var moved in group.Uses.SelectMany(member => uses[member].Keys).Where(byKey.ContainsKey))
                    {
                        byKey[moved] = byKey[moved] == group ? other : byKey[moved];
                    }

                    group = other;
                }

                byKey[key] = group;
            }
        }

        groups.Sort(static (left, right) => left.First.CompareTo(right.First));
        return Name(iommus, uses, groups);
    }

    /// <summary>The uses that share an address space.</summary>
    private sealed class SharedSpace
    {
        public SharedSpace(int use)
        {
            First = use;
            Uses.Add(use);
        }

        public int First { get; private set; }

        public List<int> Uses { get; } = [];

        public void Take(SharedSpace other)
        {
            First = Math.Min(First, other.First);
            Uses.AddRange(other.Uses);
        }
    }

    private static (ImmutableArray<IommuStage> Stages, ImmutableArray<string?> Of) Name(
        ImmutableArray<StatedIommu> iommus, IReadOnlyList<IommuUse> uses, List<SharedSpace> groups)
    {
        var stages = ImmutableArray.CreateBuilder<IommuStage>();
        var names = new string?[uses.Count];
        var taken = iommus.Select(iommu => iommu.Stage.Name).ToHashSet();
        var named = uses.SelectMany(use => use.Iommus.Names).ToHashSet();
        foreach (var (stage, isEnabled) in iommus)
        {
            if (isEnabled && !named.Contains(stage.Name))
            {
                stages.Add(stage);
            }

            foreach (var group in groups.Where(group => uses[group.First].Iommus.Names[0] == stage.Name))
            {
                var first = uses[group.First];
                var name = first.Streams.IsEmpty ? stage.Name : UniqueName.Of(KernelName.ToModel($"{stage.Name}#{first.Streams.Names[0]}"), taken);
                taken.Add(name);
                stages.Add(stage with { Name = name });
                group.Uses.ForEach(use => names[use] = name);
            }
        }

        return (stages.ToImmutable(), [.. names]);
    }
}
