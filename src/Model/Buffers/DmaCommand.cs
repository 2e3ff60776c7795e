using System.Text;
using DmaGrains.Model.Policies;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// What an importer or the exporter asks of a buffer. The caller names attachments and mappings, each name once: a granted command
/// that comes again is a repeat and gets the first reply. With an <see cref="Id"/>, so does a refused one.
/// </summary>
[GenerateSerializer, Immutable, Alias("dma.command")]
public abstract record DmaCommand
{
    private protected DmaCommand()
    {
    }

    /// <summary>
    /// The caller's name for this very command, once: the same command under the same id is a repeat, under another one it is a new
    /// command. Null for none: then what it names tells a repeat, as long as the buffer is not exported anew.
    /// </summary>
    [Id(0)]
    public CommandId? Id { get; init; }

    /// <summary>What it says but for its id: what tells a repeat of it from other commands.</summary>
    internal abstract CommandParts Parts { get; }

    /// <summary>Begins it on a buffer.</summary>
    internal abstract CommandStep BeginOn(DmaBuffer buffer);

    /// <summary>What it may touch beyond its buffer: nothing, unless it says so here.</summary>
    /// <param name="policy">How the exporter treats its importers.</param>
    /// <param name="mayBeLetGo">Whether the buffer may be released or revoked before it.</param>
    internal virtual CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => default;

    /// <summary>Says the id where there is one.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        if (Id is not null)
        {
            builder.Append("Id = ").Append(Id);
        }

        return Id is not null;
    }

    /// <summary>Attach a device. Source: dma_buf_attach.</summary>
    /// <param name="Attachment">The caller's new name for it.</param>
    /// <param name="Device">The importing device, on the buffer's board.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.attach")]
    public sealed record Attach(string Attachment, string Device) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Attach, Attachment, Device);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Attach(this);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfAttach(policy);
    }

    /// <summary>Detach. Source: dma_buf_detach.</summary>
    /// <param name="Attachment">The attachment to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.detach")]
    public sealed record Detach(string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Detach, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Detach(this);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfDetach(policy, mayBeLetGo);
    }

    /// <summary>Map an attachment; the first map allocates. Source: dma_buf_map_attachment.</summary>
    /// <param name="Mapping">The caller's new name for it.</param>
    /// <param name="Attachment">The attachment to map.</param>
    /// <param name="Direction">Which way data moves.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.map")]
    public sealed record Map(string Mapping, string Attachment, DmaDirection Direction) : DmaCommand
    {
        /// <summary>What it asks for beyond that.</summary>
        [Id(0)]
        public MapOptions Options { get; init; }

        internal override CommandParts Parts => new(RememberedKind.Map, Mapping, Attachment, Direction, Options, null);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, Direction, BufferAccess.Map, Options));

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfMap(policy);
    }

    /// <summary>Unmap. Source: dma_buf_unmap_attachment.</summary>
    /// <param name="Mapping">The mapping to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.unmap")]
    public sealed record Unmap(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Unmap, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Map);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfUnmap(policy, mayBeLetGo);
    }

    /// <summary>Takes the list unmapped; the importer maps it itself (thread #54).</summary>
    /// <param name="Mapping">The caller's new name for it, one of the mappings.</param>
    /// <param name="Attachment">The attachment that takes it.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.get-scatterlist")]
    public sealed record GetScatterlist(string Mapping, string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.GetScatterlist, Mapping, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, DmaDirection.Bidirectional, BufferAccess.Scatterlist));

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfGet(policy);
    }

    /// <summary>
    /// The importer maps what it took unmapped: the list as it got it, or one that it builds of the page frame numbers, an entry for each
    /// run of pages (thread #51, #54). Source: dma_map_sgtable. An unmap ends it.
    /// </summary>
    /// <param name="Mapping">The caller's new name for it.</param>
    /// <param name="Raw">The raw access to map, by its name.</param>
    /// <param name="Direction">Which way data moves.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.map-raw")]
    public sealed record MapRaw(string Mapping, string Raw, DmaDirection Direction) : DmaCommand
    {
        /// <summary>What it asks for beyond that.</summary>
        [Id(0)]
        public MapOptions Options { get; init; }

        internal override CommandParts Parts => new(RememberedKind.MapRaw, Mapping, Raw, Direction, Options, null);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.MapRaw(this);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfMap(policy);
    }

    /// <summary>Gives an unmapped list back (thread #54).</summary>
    /// <param name="Mapping">What to give back.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.put-scatterlist")]
    public sealed record PutScatterlist(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.PutScatterlist, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Scatterlist);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfPut(policy, mayBeLetGo);
    }

    /// <summary>Takes the page frame numbers: whole pages, the last one covers the rest of the buffer (thread #54).</summary>
    /// <param name="Mapping">The caller's new name for it, one of the mappings.</param>
    /// <param name="Attachment">The attachment that takes them.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.get-pfns")]
    public sealed record GetPfns(string Mapping, string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.GetPfns, Mapping, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, DmaDirection.Bidirectional, BufferAccess.Pfns));

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfGet(policy);
    }

    /// <summary>Gives page frame numbers back (thread #54).</summary>
    /// <param name="Mapping">What to give back.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.put-pfns")]
    public sealed record PutPfns(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.PutPfns, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Pfns);

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfPut(policy, mayBeLetGo);
    }

    /// <summary>The CPU takes the buffer over from devices. Source: dma_buf_begin_cpu_access.</summary>
    /// <param name="Access">The caller's new name for it.</param>
    /// <param name="Direction">From the device to read, to the device to write, or both.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.begin-cpu-access")]
    public sealed record BeginCpuAccess(string Access, DmaDirection Direction) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.BeginCpuAccess, Access, Direction);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.BeginCpuAccess(this);
    }

    /// <summary>The CPU ends an access. Source: dma_buf_end_cpu_access.</summary>
    /// <param name="Access">The access to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.end-cpu-access")]
    public sealed record EndCpuAccess(string Access) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.EndCpuAccess, Access);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.EndCpuAccess(this);
    }

    /// <summary>The CPU reads or writes through its caches, allowed or not: it just does.</summary>
    /// <param name="Access">The caller's new name for it, used once.</param>
    /// <param name="Direction">From the device to read, to the device to write, or both.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.cpu-access")]
    public sealed record CpuAccess(string Access, DmaDirection Direction) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.CpuAccess, Access, Direction);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.AccessByCpu(this);
    }

    /// <summary>Does the cache work that a map with <see cref="MapOptions.DeferFlush"/> owes; where nothing is owed, nothing (thread #34).</summary>
    /// <param name="Mapping">The mapping.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.flush")]
    public sealed record Flush(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Flush, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Flush(this);
    }

    /// <summary>The CPU hands a live mapping back to its device. Source: dma_sync_sgtable_for_device.</summary>
    /// <param name="Sync">The caller's new name for it, used once.</param>
    /// <param name="Mapping">The mapping.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.sync-for-device")]
    public sealed record SyncForDevice(string Sync, string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.SyncForDevice, Sync, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.SyncForDevice(this);
    }

    /// <summary>The CPU takes a live mapping over from its device. Source: dma_sync_sgtable_for_cpu.</summary>
    /// <param name="Sync">The caller's new name for it, used once.</param>
    /// <param name="Mapping">The mapping.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.sync-for-cpu")]
    public sealed record SyncForCpu(string Sync, string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.SyncForCpu, Sync, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.SyncForCpu(this);
    }

    /// <summary>
    /// The exporter takes the buffer back: holders are told, their lists are invalid, and nobody maps or attaches any more. Source:
    /// dma_buf_invalidate_mappings, as vfio uses it.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("dma.command.revoke")]
    public sealed record Revoke : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Revoke, string.Empty);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Revoke();

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfLettingGo;
    }

    /// <summary>The exporter lets go; the buffer lives until the last attachment goes. Source: dma_buf_put.</summary>
    [GenerateSerializer, Immutable, Alias("dma.command.release")]
    public sealed record Release : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Release, string.Empty);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Release();

        internal override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfLettingGo;
    }
}
