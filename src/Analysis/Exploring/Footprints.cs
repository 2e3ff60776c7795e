using System.Numerics;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// Computes what steps of a scenario may touch: buffers, regions of memory, MMUs, the bounce pool, and devices' parameters. The model tells
/// what commands touch (<see cref="DmaCommand.Touch"/>), conservatively: too large a footprint only costs time.
/// </summary>
internal sealed class Footprints
{
    private readonly BoardDefinition _board;
    private readonly Dictionary<string, BufferExport> _buffers;
    private readonly Dictionary<(string Kind, string Name), int> _bits = [];
    private readonly HashSet<string> _givenBack;

    /// <summary>Creates the footprints of a scenario's steps.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="revoked">Further buffers that may be revoked.</param>
    public Footprints(Scenario scenario, IEnumerable<string> revoked)
    {
        _board = scenario.Board;
        _buffers = scenario.Buffers.ToDictionary(buffer => buffer.Name);
        var given = scenario.Importers.SelectMany(importer => importer.Steps)
            .Where(step => step.Kind is StepKind.Release or StepKind.Revoke)
            .Select(step => step.Buffer);
        _givenBack = [.. given, .. revoked];
    }

    /// <summary>The footprint of an executed step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="deviceName">The importer's device; null when it has none.</param>
    public Footprint Of(Step step, string? deviceName)
    {
        var device = _board.Devices.FirstOrDefault(device => device.Name == deviceName);
        if (!step.Kind.HasBuffer())
        {
            return step.Kind == StepKind.SetParameters
                ? new(0, Bit("device", deviceName!))
                : new(0, device is { IsTranslated: true } ? Bit("mmu", device.Iommu ?? device.BusMmu!) : 0);
        }

        var buffer = _buffers[step.Buffer];
        if (step.Kind == StepKind.Recalculate)
        {
            return new(AllDevices, Bit("buffer", buffer.Name));
        }

        var policy = buffer.Policy;
        var touch = step.Kind == StepKind.TestMap
            ? CommandTouch.OfTestMap(policy)
            : Actor.CommandOf(step, deviceName, "any", "any")!.Touch(policy, _givenBack.Contains(buffer.Name));

        // A shared list holds what another device made, and the last unmap gives that back. A release, and a detach from a released buffer, may give back
        // everything.
        var isOfAll = policy.SharesAddresses || step.Kind is StepKind.Release or StepKind.Revoke or StepKind.Detach;
        var translation = isOfAll
            ? AllTranslation
            : Behind(device?.Iommu) | Behind(device?.BusMmu) | (policy.Bouncing ? Bit("pool", device?.ForcedPool ?? "") : 0);
        var memory = MemoryOf(buffer);
        var reads = (Asks(QuestionKinds.Device) ? Bit("device", deviceName!) : 0)
            | (Asks(QuestionKinds.Devices) ? AllDevices : 0)
            | (Asks(QuestionKinds.MemoryTrial) ? memory : 0)
            | (Asks(QuestionKinds.TranslationTrial | QuestionKinds.Context) ? translation : 0);
        var writes = (Asks(QuestionKinds.Memory) || touch.GivesBackPages ? memory : 0)
            | (Asks(QuestionKinds.Translation) || touch.GivesBackAddresses ? translation : 0);
        return new(reads, writes | Bit("buffer", buffer.Name));

        bool Asks(QuestionKinds kinds) => (touch.Asks & kinds) != QuestionKinds.None;
    }

    /// <summary>The footprint of taking all free memory of some regions.</summary>
    public Footprint OfTaking(IEnumerable<string> regions) =>
        new(0, regions.Aggregate(BigInteger.Zero, (bits, region) => bits | Bit("region", region)));

    private BigInteger AllDevices =>
        _board.Devices.Aggregate(BigInteger.Zero, (bits, device) => bits | Bit("device", device.Name));

    private BigInteger AllTranslation =>
        _board.RestrictedPools.Select(pool => pool.Name).Prepend("").Aggregate(BigInteger.Zero, (bits, pool) => bits | Bit("pool", pool))
        | _board.Stages.Aggregate(BigInteger.Zero, (bits, stage) => bits | Bit("mmu", stage.Name));

    private BigInteger MemoryOf(BufferExport buffer)
    {
        var names = _board.MemoryOf(buffer);
        return _board.Memory.Where(region => NamedRegions.MayGive(names, region))
            .Aggregate(BigInteger.Zero, (bits, region) => bits | Bit("region", region.Name));
    }

    private BigInteger Behind(string? stage) => stage is null ? 0 : Bit("mmu", stage);

    private BigInteger Bit(string kind, string name)
    {
        if (!_bits.TryGetValue((kind, name), out var bit))
        {
            _bits.Add((kind, name), bit = _bits.Count);
        }

        return BigInteger.One << bit;
    }
}
