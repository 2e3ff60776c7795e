using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// What an export has to know before it can be decided. Whoever drives it looks that up and gives it to <c>Answer</c>, once, as for a
/// <see cref="CommandQuestion"/>.
/// </summary>
public abstract class ExportQuestion
{
    private protected ExportQuestion()
    {
    }

    /// <summary>
    /// May the exporter export on its board, and which regions does it name? <see cref="BufferExports.RegionsOn"/> answers. A board that lists
    /// its buffers lists this one before it answers.
    /// </summary>
    public sealed class NeedsRegions : ExportQuestion
    {
        private readonly DmaBuffer? _existing;
        private readonly BufferExport _export;
        private readonly uint _least;

        internal NeedsRegions(DmaBuffer? existing, BufferExport export, uint least) => (_existing, _export, _least) = (existing, export, least);

        /// <summary>Under which generation the name is to be listed.</summary>
        public uint Generation => BufferExports.GenerationOf(_existing, _least);

        /// <summary>Goes on.</summary>
        /// <param name="regions">What the board answers.</param>
        public ExportStep Answer(DmaResult<ImmutableArray<MemoryRegionLayout>> regions) => regions.TryGetValue(out var found)
            ? BufferExports.Make(_existing, _export, _least, found)
            : DmaResult.Refuse<DmaBuffer>(regions.Refusal!);
    }

    /// <summary>Which device is the exporter, whose addresses the policy hands out?</summary>
    public sealed class NeedsExporter : ExportQuestion
    {
        private readonly DmaBuffer _buffer;

        internal NeedsExporter(DmaBuffer buffer) => _buffer = buffer;

        /// <summary>Its name, a valid one.</summary>
        public string Name => _buffer.Origin.Exporter!;

        /// <summary>Goes on.</summary>
        /// <param name="device">The device; null when the board no longer has it.</param>
        public ExportStep Answer(Device? device) => BufferExports.Allocate(_buffer.ExportedBy(device));
    }

    /// <summary>Which pages does the board's memory give to an exporter that allocates at once?</summary>
    public sealed class NeedsMemory : ExportQuestion
    {
        internal NeedsMemory(DmaBuffer buffer, AllocationRequest request) => (Buffer, Request) = (buffer, request);

        /// <summary>The buffer so far. Where state is durable it is stored before memory is asked, so that the pages belong to somebody.</summary>
        public DmaBuffer Buffer { get; }

        /// <summary>What is asked of memory.</summary>
        public AllocationRequest Request { get; }

        /// <summary>Goes on.</summary>
        /// <param name="allocation">What memory answers.</param>
        public ExportStep Answer(DmaResult<BackingStorage> allocation) => allocation.TryGetValue(out var storage)
            ? DmaResult.Grant(Buffer.ExportedWith(storage))
            : DmaResult.Refuse<DmaBuffer>(allocation.Refusal!);
    }
}
