using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Experiments.Playing;

/// <content>Saving and restoring a simulation.</content>
internal sealed partial class Simulation
{
    /// <summary>The state to continue from, between two events.</summary>
    public SimulationState State => new()
    {
        Now = _now,
        Sequence = _sequence,
        Commands = _commands,
        Live = _live,
        LiveArea = _liveArea,
        LiveSince = _liveSince,
        Sojourns = _sojourns,
        HasBegunAnew = _hasBegunAnew,
        Planned = [.. _queue.UnorderedItems.Select(item => new PlannedEvent(item.Element, item.Priority)).OrderBy(planned => planned.Due)],
        Sessions = [.. _streams.SelectMany(stream => stream.InOrder)],
        Waiting = [.. _waiting],
        Others = [.. _others.SelectMany((other, index) => other.Held.OrderBy(held => held.Key).Select(held => new OtherHeld(index, held.Key, held.Value)))],
        Faults = [.. _faults.Select(fault => new FaultState(fault.Taken, fault.Lasting))],
        Hanging = [.. _hanging.OrderBy(device => device.Key, StringComparer.Ordinal).SelectMany(device => Enumerable.Repeat(device.Key, device.Value))],
        Devices = _board.Devices,
        Memory = [.. _board.Memory.Allocations],
        Translation = _board.Translation.State,
        Counted = _tally.State,
    };

    /// <summary>Restores a board.</summary>
    /// <param name="case">The case.</param>
    /// <param name="board">The board's index in the case.</param>
    /// <param name="limits">When it ends, and its random numbers.</param>
    /// <param name="state">Its state.</param>
    public static Simulation GoOn(ExperimentCase @case, int board, SimulationLimits limits, SimulationState state)
    {
        var definition = @case.Boards[board];
        var resources = new BoardResources(
            PhysicalMemory.Restore(definition.Memory, state.Memory),
            DmaTranslation.Restore(definition.Stages, definition.BouncePool, state.Translation, definition.RestrictedPools));
        var simulation = new Simulation(@case, board, limits, new(definition, resources, state.Devices), state.Counted);
        simulation.Restore(state);
        return simulation;
    }

    private void Restore(SimulationState state)
    {
        (_now, _sequence, _commands) = (state.Now, state.Sequence, state.Commands);
        (_live, _liveArea, _liveSince, _sojourns) = (state.Live, state.LiveArea, state.LiveSince, state.Sojourns);
        _hasBegunAnew = state.HasBegunAnew;
        _queue.EnqueueRange(state.Planned.Select(planned => (planned.What, planned.Due)));
        foreach (var session in state.Sessions)
        {
            _streams[session.Stream].Sessions.Add(session.Number, session);
        }

        foreach (var waiting in state.Waiting)
        {
            _waiting.Enqueue(waiting);
        }

        foreach (var held in state.Others)
        {
            _others[held.Index].Held.Add(held.Number, held.Buffer);
        }

        foreach (var (fault, was) in _faults.Zip(state.Faults))
        {
            (fault.Taken, fault.Lasting) = (was.Taken, was.Lasting);
        }

        foreach (var device in state.Hanging)
        {
            _hanging[device] = _hanging.GetValueOrDefault(device) + 1;
        }
    }
}
