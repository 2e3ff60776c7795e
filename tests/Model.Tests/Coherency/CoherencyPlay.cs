using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;

namespace DmaGrains.Model.Tests.Coherency;

/// <summary>Plays a history with caches and memory beside it.</summary>
/// <param name="keepsToTheRules">
/// Whether everybody does only what the DMA API allows, and must meet no hazard; else they do as they like until the first hazard is on
/// record, and up to there nobody may have read anything old. Devices keep to their turn in both: nothing says when they do not.
/// </param>
internal sealed class CoherencyPlay(bool keepsToTheRules = true)
{
    private readonly CachedByte _byte = new();
    private readonly List<DeviceUse> _uses = [];
    private int _named;
    private bool _isWrittenInItsTurn;

    public CpuOwnership Ownership { get; private set; } = CpuOwnership.Fresh.Allocated();

    public CacheWork Work { get; private set; }

    /// <summary>What the DMA API does when every mapping and every access sees to the caches anew.</summary>
    public ulong NaiveWork { get; private set; }

    /// <summary>What went wrong first; nothing is played after it.</summary>
    public HazardKind? Hazard { get; private set; }

    private int Incoherent => _uses.Count(use => !use.Coherent);

    private bool HasOpen => !Ownership.Accesses.IsEmpty;

    private bool HasOwed => _uses.Any(use => use.IsOwed);

    /// <summary>Does what the numbers say when it is allowed; when not, nothing.</summary>
    public void Do(int what, DeviceUse use, int which)
    {
        if (Hazard is not null)
        {
            return;
        }

        var index = _uses.Count == 0 ? -1 : which % _uses.Count;
        switch (what)
        {
            case 0 when MayHandOver(use with { Turn = MappingTurn.Device }):
                Map(use with { Turn = which % 3 == 0 ? Ownership.TurnOfDeferred(use.Coherent) : MappingTurn.Device });
                break;
            case 1 when index >= 0 && MayTakeBack(_uses[index]):
                Unmap(index);
                break;
            case 2 when Ownership.Accesses.Length < 3 && MayBegin(use.Direction):
                Begin(use.Direction);
                break;
            case 3 when HasOpen:
                End(Ownership.Accesses[which % Ownership.Accesses.Length]);
                break;
            case 4 when MayTouch(use.Direction):
                TouchByCpu(use.Direction);
                break;
            case 5 when index >= 0 && !HasOpen && (_uses[index].Coherent || _uses[index].Turn == MappingTurn.Device):
                TouchByDevice(_uses[index]);
                break;
            case 6:
                _byte.Prefetch();
                break;
            case 7:
                _byte.Evict();
                break;
            case 8 when index >= 0 && _uses[index].IsOwed && MayHandOver(_uses[index]):
                SyncForDevice(index);
                break;
            case 9 when index >= 0 && MayHandOver(_uses[index]):
                SyncForDevice(index);
                break;
            case 10 when index >= 0 && MayTakeBack(_uses[index]):
                SyncForCpu(index);
                break;
        }
    }

    /// <summary>Everybody lets go, and the CPU looks at what is left.</summary>
    public void End()
    {
        while (Hazard is null && HasOpen)
        {
            End(Ownership.Accesses[0]);
        }

        while (Hazard is null && _uses.Count != 0)
        {
            if (_uses[0].Turn != MappingTurn.Device)
            {
                SyncForDevice(0);
            }
            else
            {
                Unmap(0);
            }
        }

        if (Hazard is null)
        {
            TouchByCpu(DmaDirection.FromDevice);
        }
    }

    /// <summary>A sync from-device throws away what the CPU wrote since it got the buffer; a map promises to overwrite it.</summary>
    private bool MayHandOver(DeviceUse use) => !keepsToTheRules
        || (!HasOpen && !(_isWrittenInItsTurn && use.Turn == MappingTurn.Cpu && use.Direction == DmaDirection.FromDevice));

    /// <summary>Not before the flush, nor with lines that the CPU wrote in its turn: the sync would discard them.</summary>
    private bool MayTakeBack(DeviceUse use) => !keepsToTheRules
        || (!HasOpen && !use.IsOwed && !(_isWrittenInItsTurn && use.Turn == MappingTurn.Cpu));

    private bool MayBegin(DmaDirection direction) => !keepsToTheRules || direction == DmaDirection.ToDevice
        || (!HasOwed && !_isWrittenInItsTurn && !Ownership.Accesses.Any(access => access.Writes));

    private bool MayTouch(DmaDirection direction)
    {
        var touch = new OpenAccess(string.Empty, direction);
        var isFree = !_uses.Any(use => !use.Coherent && use.Turn != MappingTurn.Cpu);
        var mayRead = isFree || Ownership.Accesses.Any(access => access.Reads);

        // What comes from a device is not for the CPU to write, unless it has begun to.
        var mayWrite = (isFree && !_uses.Any(use => !use.Coherent && use.Direction == DmaDirection.FromDevice) && Ownership.Accesses.All(access => access.Writes))
            || Ownership.Accesses.Any(access => access.Writes);
        return !keepsToTheRules || ((!touch.Reads || mayRead) && (!touch.Writes || mayWrite));
    }

    private void Map(DeviceUse use)
    {
        NaiveWork += use.Coherent || use.IsOwed ? 0UL : 1;
        var step = Ownership.BeginDeviceUse(use, [.. _uses]);
        _uses.Add(use);
        if (Step(step.Hazard == HazardKind.StaleSnoop ? step with { Hazard = null } : step) && !use.IsOwed && use.Direction == DmaDirection.FromDevice)
        {
            // Whoever maps from-device promises to overwrite what is there.
            TouchByDevice(use);
        }
    }

    private void SyncForDevice(int index)
    {
        var use = _uses[index];
        NaiveWork += use.Coherent ? 0UL : 1;
        _uses.RemoveAt(index);
        var step = Ownership.SyncForDevice(use, [.. _uses]);
        _uses.Insert(index, use with { Turn = MappingTurn.Device });
        if (Step(step) && use.IsOwed && use.Direction == DmaDirection.FromDevice)
        {
            TouchByDevice(_uses[index]);
        }
    }

    private void SyncForCpu(int index)
    {
        var use = _uses[index];
        NaiveWork += use.WritesUnseen ? 1UL : 0;
        _uses.RemoveAt(index);
        var step = Ownership.SyncForCpu(use, [.. _uses]);
        _uses.Insert(index, use.Coherent ? use : use with { Turn = MappingTurn.Cpu });
        Step(step);
    }

    private void Unmap(int index)
    {
        var use = _uses[index];
        _uses.RemoveAt(index);
        NaiveWork += use.WritesUnseen ? 1UL : 0;
        Step(Ownership.EndDeviceUse(use, [.. _uses]));
    }

    private void Begin(DmaDirection direction)
    {
        var access = new OpenAccess($"{_named++}", direction);
        NaiveWork += access.Reads ? (ulong)Incoherent : 0;
        Step(Ownership.BeginCpuAccess(access, [.. _uses]));
    }

    private void End(OpenAccess access)
    {
        NaiveWork += (ulong)Incoherent;
        Step(Ownership.EndCpuAccess(access.Name, [.. _uses]));
    }

    private void TouchByCpu(DmaDirection direction)
    {
        var touch = new OpenAccess(string.Empty, direction);
        if (!Step(Ownership.AccessByCpu(direction, [.. _uses])))
        {
            return;
        }

        if (touch.Reads)
        {
            Assert.Equal(_byte.Latest, _byte.ReadByCpu());
        }

        if (touch.Writes)
        {
            _byte.WriteByCpu();
            _isWrittenInItsTurn |= _uses.Any(use => use.Turn == MappingTurn.Cpu);
        }
    }

    private void TouchByDevice(DeviceUse use)
    {
        // What snoops beside an unseen writer has been warned when it was mapped.
        if (use.Direction != DmaDirection.FromDevice && !(use.Coherent && _uses.Any(other => other.WritesUnseen)))
        {
            Assert.Equal(_byte.Latest, _byte.ReadByDevice(use.Coherent));
        }

        if (use.Direction != DmaDirection.ToDevice)
        {
            _byte.WriteByDevice(use.Coherent);
        }
    }

    /// <summary>Whether nothing went wrong.</summary>
    private bool Step(OwnershipStep step)
    {
        if (step.Hazard is not null)
        {
            Assert.False(keepsToTheRules, $"{step.Hazard}");
            Hazard = step.Hazard;
            return false;
        }

        Ownership = step.Next;
        Work = new(Work.Cleans + step.Work.Cleans, Work.Invalidates + step.Work.Invalidates, Work.Saved + step.Work.Saved);
        if (step.Work.Cleans != 0)
        {
            _byte.Clean();
        }

        if (step.Work.Invalidates != 0)
        {
            _byte.Invalidate();
        }

        if (step.Work.Cleans + step.Work.Invalidates != 0)
        {
            _isWrittenInItsTurn = false;
        }

        if (step.SeesToOwed)
        {
            // The DMA API would do each when it is flushed.
            NaiveWork += (ulong)_uses.Count(use => use.IsOwed);
            for (var index = 0; index < _uses.Count; index++)
            {
                _uses[index] = _uses[index].IsOwed ? _uses[index] with { Turn = MappingTurn.Device } : _uses[index];
            }
        }

        // What is owed is owed because something may be left to write back; what is cleaned stays so while the CPU keeps off.
        Assert.False(Ownership.IsWrittenBack && HasOwed);
        Assert.True(!Ownership.IsWrittenBack || _uses.Any(use => use.KeepsCpuOff));
        return true;
    }
}
