using System.Text;
using DmaGrains.Model.Policies;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A request of an importer or the exporter to a buffer. The caller chooses the names of attachments and mappings, each used once: a
/// granted command that comes again is a repeat and gets the first reply. With an <see cref="Id"/>, a refused one does, too.
/// </summary>
[GenerateSerializer, Immutable, Alias("dma.command")]
public abstract record DmaCommand
{
    private protected DmaCommand()
    {
    }

    /// <summary>
    /// Identifies this command; null for none. The same command is a repeat under the same id, and a new command under another. Without an
    /// id, repeats are told by the names in the command, until the buffer is exported again.
    /// </summary>
    [Id(0)]
    public CommandId? Id { get; init; }

    /// <summary>Its kind.</summary>
    public RememberedKind Kind => Parts.Kind;

    /// <summary>The command without its id, to tell a repeat from other commands.</summary>
    internal abstract CommandParts Parts { get; }

    /// <summary>Begins the command on a buffer.</summary>
    /// <remarks>The only place that calls the method of the buffer that decides the command; <see cref="DmaBuffer.Begin"/> asks it.</remarks>
    internal abstract CommandStep BeginOn(DmaBuffer buffer);

    /// <summary>What the command may touch beyond its buffer; by default nothing.</summary>
    /// <param name="policy">How the exporter treats its importers.</param>
    /// <param name="mayBeLetGo">Whether the buffer may be released or revoked before this command.</param>
    /// <remarks>The only place that says so; each command overrides it.</remarks>
    public virtual CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => default;

    /// <summary>Prints the id where there is one.</summary>
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

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfAttach(policy);
    }

    /// <summary>Detach. Source: dma_buf_detach.</summary>
    /// <param name="Attachment">The attachment to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.detach")]
    public sealed record Detach(string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Detach, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Detach(this);

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfDetach(policy, mayBeLetGo);
    }

    /// <summary>Map an attachment; the first map allocates. Source: dma_buf_map_attachment.</summary>
    /// <param name="Mapping">The caller's new name for it.</param>
    /// <param name="Attachment">The attachment to map.</param>
    /// <param name="Direction">Which way data moves.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.map")]
    public sealed record Map(string Mapping, string Attachment, DmaDirection Direction) : DmaCommand
    {
        /// <summary>Further options of the map.</summary>
        [Id(0)]
        public MapOptions Options { get; init; }

        internal override CommandParts Parts => new(RememberedKind.Map, Mapping, Attachment, Direction, Options, null);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, Direction, BufferAccess.Map, Options));

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfMap(policy);
    }

    /// <summary>Unmap. Source: dma_buf_unmap_attachment.</summary>
    /// <param name="Mapping">The mapping to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.unmap")]
    public sealed record Unmap(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Unmap, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Map);

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfUnmap(policy, mayBeLetGo);
    }

    /// <summary>Takes the unmapped list; the importer maps it itself (thread #54).</summary>
    /// <param name="Mapping">The caller's new name for it, unique among mappings.</param>
    /// <param name="Attachment">The attachment that takes it.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.get-scatterlist")]
    public sealed record GetScatterlist(string Mapping, string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.GetScatterlist, Mapping, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, DmaDirection.Bidirectional, BufferAccess.Scatterlist));

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfGet(policy);
    }

    /// <summary>
    /// The importer maps its raw access: the list as taken, or one that it builds from page frame numbers, with an entry for each run of
    /// pages (thread #51, #54). An unmap ends it. Source: dma_map_sgtable.
    /// </summary>
    /// <param name="Mapping">The caller's new name for it.</param>
    /// <param name="Raw">The name of the raw access to map.</param>
    /// <param name="Direction">Which way data moves.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.map-raw")]
    public sealed record MapRaw(string Mapping, string Raw, DmaDirection Direction) : DmaCommand
    {
        /// <summary>Further options of the map.</summary>
        [Id(0)]
        public MapOptions Options { get; init; }

        internal override CommandParts Parts => new(RememberedKind.MapRaw, Mapping, Raw, Direction, Options, null);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.MapRaw(this);

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfMap(policy);
    }

    /// <summary>Gives an unmapped list back (thread #54).</summary>
    /// <param name="Mapping">What to give back.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.put-scatterlist")]
    public sealed record PutScatterlist(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.PutScatterlist, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Scatterlist);

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfPut(policy, mayBeLetGo);
    }

    /// <summary>Takes the page frame numbers: whole pages, of which the last covers the rest of the buffer (thread #54).</summary>
    /// <param name="Mapping">The caller's new name for it, unique among mappings.</param>
    /// <param name="Attachment">The attachment that takes them.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.get-pfns")]
    public sealed record GetPfns(string Mapping, string Attachment) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.GetPfns, Mapping, Attachment);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Take(new(Mapping, Attachment, DmaDirection.Bidirectional, BufferAccess.Pfns));

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfGet(policy);
    }

    /// <summary>Gives page frame numbers back (thread #54).</summary>
    /// <param name="Mapping">What to give back.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.put-pfns")]
    public sealed record PutPfns(string Mapping) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.PutPfns, Mapping);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.GiveBack(Mapping, BufferAccess.Pfns);

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfPut(policy, mayBeLetGo);
    }

    /// <summary>The CPU takes the buffer over from devices. Source: dma_buf_begin_cpu_access.</summary>
    /// <param name="Access">The caller's new name for it.</param>
    /// <param name="Direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
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

    /// <summary>The CPU reads or writes through its caches, whether it may or not.</summary>
    /// <param name="Access">The caller's new name for it, used once.</param>
    /// <param name="Direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.cpu-access")]
    public sealed record CpuAccess(string Access, DmaDirection Direction) : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.CpuAccess, Access, Direction);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.AccessByCpu(this);
    }

    /// <summary>Does the cache work that a map with <see cref="MapOptions.DeferFlush"/> owes, if any (thread #34).</summary>
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
    /// The exporter revokes the buffer: holders are told, their lists become invalid, and nobody can map or attach any more. Source:
    /// dma_buf_invalidate_mappings, as vfio uses it.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("dma.command.revoke")]
    public sealed record Revoke : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Revoke, string.Empty);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Revoke();

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfLettingGo;
    }

    /// <summary>The exporter releases the buffer, which lives until the last detach. Source: dma_buf_put.</summary>
    [GenerateSerializer, Immutable, Alias("dma.command.release")]
    public sealed record Release : DmaCommand
    {
        internal override CommandParts Parts => new(RememberedKind.Release, string.Empty);

        internal override CommandStep BeginOn(DmaBuffer buffer) => buffer.Release();

        /// <inheritdoc/>
        public override CommandTouch Touch(ExporterPolicy policy, bool mayBeLetGo) => CommandTouch.OfLettingGo;
    }
}
