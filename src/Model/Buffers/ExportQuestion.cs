using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A fact that an export needs before it can be decided. The driver looks it up and passes it to <c>Answer</c>, once, as for a
/// <see cref="CommandQuestion"/>.
/// </summary>
public abstract class ExportQuestion
{
    private protected ExportQuestion()
    {
    }

    /// <summary>
    /// Asks whether the exporter may export on its board, and for the regions that it names; <see cref="BufferExports.Authorize"/> answers.
    /// A board that lists its buffers adds this one to its listing before it answers.
    /// </summary>
    public sealed class NeedsRegions : ExportQuestion
    {
        private readonly DmaBuffer? _existing;
        private readonly BufferExport _export;
        private readonly uint _least;

        internal NeedsRegions(DmaBuffer? existing, BufferExport export, uint least) => (_existing, _export, _least) = (existing, export, least);

        /// <summary>The generation under which to list the name.</summary>
        public uint Generation => BufferExports.GenerationOf(_existing, _least);

        /// <summary>Continues the export.</summary>
        /// <param name="regions">The board's reply.</param>
        public ExportStep Answer(DmaResult<ImmutableArray<MemoryRegionLayout>> regions) => regions.TryGetValue(out var found)
            ? BufferExports.Make(_existing, _export, _least, found)
            : DmaResult.Refuse<DmaBuffer>(regions.Refusal!);
    }

    /// <summary>Asks for the exporting device, whose addresses the policy hands out.</summary>
    public sealed class NeedsExporter : ExportQuestion
    {
        private readonly DmaBuffer _buffer;

        internal NeedsExporter(DmaBuffer buffer) => _buffer = buffer;

        /// <summary>The device's name; valid.</summary>
        public string Name => _buffer.Origin.Exporter!;

        /// <summary>Continues the export.</summary>
        /// <param name="device">The device; null when the board no longer has it.</param>
        public ExportStep Answer(Device? device) => BufferExports.Allocate(_buffer.ExportedBy(device));
    }

    /// <summary>Asks the board's memory for pages, for an exporter that allocates at once.</summary>
    public sealed class NeedsMemory : ExportQuestion
    {
        internal NeedsMemory(DmaBuffer buffer, AllocationRequest request) => (Buffer, Request) = (buffer, request);

        /// <summary>The buffer so far. Where state is durable, store it before asking memory, so that the pages have an owner.</summary>
        public DmaBuffer Buffer { get; }

        /// <summary>The request.</summary>
        public AllocationRequest Request { get; }

        /// <summary>Continues the export.</summary>
        /// <param name="allocation">The memory's reply.</param>
        public ExportStep Answer(DmaResult<BackingStorage> allocation) => allocation.TryGetValue(out var storage)
            ? DmaResult.Grant(Buffer.ExportedWith(storage))
            : DmaResult.Refuse<DmaBuffer>(allocation.Refusal!);
    }
}
