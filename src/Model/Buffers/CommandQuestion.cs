using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// What a command has to know before it can be decided. Whoever drives it looks that up and gives it to <c>Answer</c>, once; it decides
/// nothing itself.
/// </summary>
public abstract class CommandQuestion
{
    private protected CommandQuestion()
    {
    }

    /// <summary>What is asked.</summary>
    public abstract QuestionKinds Kind { get; }

    /// <summary>The same question for a map that is only tried: memory and MMUs keep nothing of what they give.</summary>
    /// <param name="outcome">What the outcome of the map leads to.</param>
    internal virtual CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
        throw new InvalidOperationException($"Only maps are tried, and they do not ask for {Kind}.");

    /// <summary>Which device is it that attaches?</summary>
    public sealed class NeedsDevice : CommandQuestion
    {
        private readonly DmaBuffer _buffer;
        private readonly DmaCommand.Attach _attach;

        internal NeedsDevice(DmaBuffer buffer, DmaCommand.Attach attach) => (_buffer, _attach) = (buffer, attach);

        /// <summary>Its name, a valid one.</summary>
        public string Name => _attach.Device;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Device;

        /// <summary>Goes on.</summary>
        /// <param name="device">The device; null when the board has none of that name.</param>
        public CommandStep Answer(Device? device) => _buffer.Attach(_attach, device);
    }

    /// <summary>What are the importing devices now?</summary>
    /// <param name="names">Their names, each once.</param>
    /// <param name="then">The rest of the command.</param>
    public sealed class NeedsDevices(ImmutableArray<string> names, Func<IReadOnlyDictionary<string, Device>, CommandStep> then) : CommandQuestion
    {
        /// <summary>Their names, each once.</summary>
        public ImmutableArray<string> Names => names;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Devices;

        /// <summary>Goes on.</summary>
        /// <param name="devices">The devices by name, perhaps with others; those that the board no longer has are missing.</param>
        public CommandStep Answer(IReadOnlyDictionary<string, Device> devices) => then(devices);
    }

    /// <summary>Which pages does the board's memory give?</summary>
    /// <param name="request">What is asked of it.</param>
    /// <param name="then">The rest of the command.</param>
    /// <param name="isTrial">Whether memory is to keep nothing of it.</param>
    public sealed class NeedsMemory(
        AllocationRequest request, Func<DmaResult<BackingStorage>, CommandStep> then, bool isTrial = false) : CommandQuestion
    {
        /// <summary>What is asked of it.</summary>
        public AllocationRequest Request => request;

        /// <summary>Whether memory is to keep nothing of it: what would it give?</summary>
        public bool IsTrial => isTrial;

        /// <inheritdoc/>
        public override QuestionKinds Kind => isTrial ? QuestionKinds.MemoryTrial : QuestionKinds.Memory;

        /// <summary>Goes on.</summary>
        /// <param name="allocation">What memory answers.</param>
        public CommandStep Answer(DmaResult<BackingStorage> allocation) => then(allocation);

        internal override CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
            new NeedsMemory(request, allocation => then(allocation).Tried(outcome), isTrial: true);
    }

    /// <summary>Which addresses do the board's MMUs and bounce pool give?</summary>
    /// <param name="request">What is asked of them.</param>
    /// <param name="then">The rest of the command.</param>
    /// <param name="isTrial">Whether they are to keep nothing of it.</param>
    public sealed class NeedsTranslation(
        DmaMapRequest request, Func<DmaResult<DmaMapped>, CommandStep> then, bool isTrial = false) : CommandQuestion
    {
        /// <summary>What is asked of them.</summary>
        public DmaMapRequest Request => request;

        /// <summary>Whether they are to keep nothing of it: what would they give?</summary>
        public bool IsTrial => isTrial;

        /// <inheritdoc/>
        public override QuestionKinds Kind => isTrial ? QuestionKinds.TranslationTrial : QuestionKinds.Translation;

        /// <summary>Goes on.</summary>
        /// <param name="mapped">What they answer.</param>
        public CommandStep Answer(DmaResult<DmaMapped> mapped) => then(mapped);

        internal override CommandQuestion Tried(Func<Transition, CommandStep> outcome) =>
            new NeedsTranslation(request, mapped => then(mapped).Tried(outcome), isTrial: true);
    }

    /// <summary>Can the MMUs end a mapping in the contexts that are current (thread #39)?</summary>
    /// <param name="token">The mapping.</param>
    /// <param name="then">The rest of the command.</param>
    public sealed class NeedsContext(MapToken token, Func<Refusal?, CommandStep> then) : CommandQuestion
    {
        /// <summary>The mapping.</summary>
        public MapToken Token => token;

        /// <inheritdoc/>
        public override QuestionKinds Kind => QuestionKinds.Context;

        /// <summary>Goes on.</summary>
        /// <param name="refusal">Why they cannot; null when they can.</param>
        public CommandStep Answer(Refusal? refusal) => then(refusal);
    }
}
