using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;

namespace DmaGrains.Model.Tests.Coherency;

/// <summary>Plays a history by the rules of the DMA API, with caches and memory beside it.</summary>
internal sealed class CoherencyPlay
{
    private readonly CachedByte _byte = new();
    private readonly List<DeviceUse> _uses = [];
    private int _named;

    public CpuOwnership Ownership { get; private set; } = CpuOwnership.Fresh.Allocated();

    public CacheWork Work { get; private set; }

    /// <summary>What the DMA API does when every mapping and every access sees to the caches anew.</summary>
    public ulong NaiveWork { get; private set; }

    private int Incoherent => _uses.Count(use => !use.Coherent);

    /// <summary>Does what the numbers say when it is allowed; when not, nothing.</summary>
    public void Do(int what, DeviceUse use, int which)
    {
        switch (what)
        {
            case 0 when Ownership.Accesses.IsEmpty:
                Map(use);
                break;
            case 1 when _uses.Count > 0 && Ownership.Accesses.IsEmpty:
                Unmap(which % _uses.Count);
                break;
            case 2 when Ownership.Accesses.Length < 3 && (use.Direction == DmaDirection.ToDevice || !Ownership.Accesses.Any(access => access.Writes)):
                Begin(use.Direction);
                break;
            case 3 when !Ownership.Accesses.IsEmpty:
                End(Ownership.Accesses[which % Ownership.Accesses.Length]);
                break;
            case 4:
                TouchByCpu(use.Direction);
                break;
            case 5 when _uses.Count > 0 && Ownership.Accesses.IsEmpty:
                TouchByDevice(_uses[which % _uses.Count]);
                break;
            case 6:
                _byte.Prefetch();
                break;
            case 7:
                _byte.Evict();
                break;
        }
    }

    private void Map(DeviceUse use)
    {
        NaiveWork += use.Coherent ? 0UL : 1;
        var step = Ownership.Map(use, [.. _uses]);
        Step(step.Hazard == HazardKind.StaleSnoop ? step with { Hazard = null } : step);
        _uses.Add(use);
        if (use.Direction == DmaDirection.FromDevice)
        {
            // Whoever maps from-device promises to overwrite what is there.
            TouchByDevice(use);
        }
    }

    private void Unmap(int index)
    {
        var use = _uses[index];
        _uses.RemoveAt(index);
        NaiveWork += use.WritesUnseen ? 1UL : 0;
        Step(Ownership.Unmap(use, [.. _uses]));
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
        var mayRead = _uses.Count == 0 || Ownership.Accesses.Any(access => access.Reads);
        var mayWrite = _uses.Count == 0 || Ownership.Accesses.Any(access => access.Writes);
        if ((touch.Reads && !mayRead) || (touch.Writes && !mayWrite))
        {
            return;
        }

        Step(Ownership.Touch(direction, [.. _uses]));
        if (touch.Reads)
        {
            Assert.Equal(_byte.Latest, _byte.ReadByCpu());
        }

        if (touch.Writes)
        {
            _byte.WriteByCpu();
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

    private void Step(OwnershipStep step)
    {
        Assert.Null(step.Hazard);
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
    }
}
