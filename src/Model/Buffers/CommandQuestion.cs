using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A fact that a command needs before it can be decided. The driver looks it up and passes it to <c>Answer</c>, once; it decides nothing
/// itself.
/// </summary>
public abstract class CommandQuestion
{
    private protected CommandQuestion()
    {
    }

    /// <summary>What is asked.</summary>
    public abstract QuestionKinds Kind { get; }

    /// <summary>The same question for a trial map, which leaves nothing held in memory or MMUs.</summary>
    /// <param name="outcome">Continues with the outcome of the map.</param>
    internal virtual CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
        throw new InvalidOperationException($"Only maps are tried, and they do not ask for {Kind}.");

    /// <summary>Asks for the attaching device.</summary>
    public sealed class NeedsDevice : CommandQuestion
    {
        private readonly DmaBuffer _buffer;
        private readonly DmaCommand.Attach _attach;

        internal NeedsDevice(DmaBuffer buffer, DmaCommand.Attach attach) => (_buffer, _attach) = (buffer, attach);

        /// <summary>The device's name; valid.</summary>
        public string Name => _attach.Device;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Device;

        /// <summary>Continues the command.</summary>
        /// <param name="device">The device; null when the board has none of that name.</param>
        public CommandStep Answer(Device? device) => _buffer.Attach(_attach, device);
    }

    /// <summary>Asks for the importing devices as they are now.</summary>
    /// <param name="names">Their names, each once.</param>
    /// <param name="then">The rest of the command.</param>
    public sealed class NeedsDevices(ImmutableArray<string> names, Func<IReadOnlyDictionary<string, Device>, CommandStep> then) : CommandQuestion
    {
        /// <summary>Their names, each once.</summary>
        public ImmutableArray<string> Names => names;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Devices;

        /// <summary>Continues the command.</summary>
        /// <param name="devices">The devices by name; others may be among them, and those that the board no longer has are missing.</param>
        public CommandStep Answer(IReadOnlyDictionary<string, Device> devices) => then(devices);
    }

    /// <summary>Asks the board's memory for pages.</summary>
    /// <param name="request">The request.</param>
    /// <param name="then">The rest of the command.</param>
    /// <param name="isTrial">Whether this is a trial, after which memory must not hold the pages.</param>
    public sealed class NeedsMemory(
        AllocationRequest request, Func<DmaResult<BackingStorage>, CommandStep> then, bool isTrial = false) : CommandQuestion
    {
        /// <summary>The request.</summary>
        public AllocationRequest Request => request;

        /// <summary>Whether this is a trial, after which memory must not hold the pages.</summary>
        public bool IsTrial => isTrial;

        /// <inheritdoc/>
        public override QuestionKinds Kind => isTrial ? QuestionKinds.MemoryTrial : QuestionKinds.Memory;

        /// <summary>Continues the command.</summary>
        /// <param name="allocation">The memory's reply.</param>
        public CommandStep Answer(DmaResult<BackingStorage> allocation) => then(allocation);

        internal override CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
            new NeedsMemory(request, allocation => then(allocation).Tried(outcome), isTrial: true);
    }

    /// <summary>Asks the board's MMUs and bounce pool for addresses.</summary>
    /// <param name="request">The request.</param>
    /// <param name="then">The rest of the command.</param>
    /// <param name="isTrial">Whether this is a trial, after which they must not hold the addresses.</param>
    public sealed class NeedsTranslation(
        DmaMapRequest request, Func<DmaResult<DmaMapped>, CommandStep> then, bool isTrial = false) : CommandQuestion
    {
        /// <summary>The request.</summary>
        public DmaMapRequest Request => request;

        /// <summary>Whether this is a trial, after which they must not hold the addresses.</summary>
        public bool IsTrial => isTrial;

        /// <inheritdoc/>
        public override QuestionKinds Kind => isTrial ? QuestionKinds.TranslationTrial : QuestionKinds.Translation;

        /// <summary>Continues the command.</summary>
        /// <param name="mapped">Their reply.</param>
        public CommandStep Answer(DmaResult<DmaMapped> mapped) => then(mapped);

        internal override CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
            new NeedsTranslation(request, mapped => then(mapped).Tried(outcome), isTrial: true);
    }

    /// <summary>Asks whether the MMUs can end a mapping in their current contexts (thread #39).</summary>
    /// <param name="token">The mapping.</param>
    /// <param name="then">The rest of the command.</param>
    public sealed class NeedsContext(MapToken token, Func<Refusal?, CommandStep> then) : CommandQuestion
    {
        /// <summary>The mapping.</summary>
        public MapToken Token => token;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Context;

        /// <summary>Continues the command.</summary>
        /// <param name="refusal">Why they cannot; null when they can.</param>
        public CommandStep Answer(Refusal? refusal) => then(refusal);
    }
}
