using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The effect of a step on a board. Equal moves have the same effect on the same board.</summary>
internal abstract record BoardMove
{
    /// <summary>The board afterwards, and the refusal, if any.</summary>
    public abstract (Board Next, Refusal? Refusal) On(Board board);

    /// <summary>The move of an importer's next step; null when the step is skipped.</summary>
    /// <param name="actor">The importer, with the step begun.</param>
    /// <param name="step">That step.</param>
    public static BoardMove? Of(Actor actor, Step step) => step.Kind switch
    {
        StepKind.SwitchContext => new Switch(actor.Importer.Device!, step.Context),
        StepKind.SetParameters => new Declare(actor.Importer.Device!, step.Parameters),
        StepKind.Recalculate => new Recalculate(step.Buffer),
        StepKind.TestMap => actor.HeldFor(step) is { } attachment ? new TestMap(step.Buffer, attachment, step.Direction, step.Options) : null,
        _ => actor.CommandFor(step) is { } command ? new Command(step.Buffer, command) : null,
    };

    /// <summary>A command to a buffer.</summary>
    public sealed record Command(string Buffer, DmaCommand Asked) : BoardMove
    {
        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board)
        {
            var (next, reply) = board.Execute(Buffer, Asked);
            return (next, reply.Refusal);
        }
    }

    /// <summary>A trial map.</summary>
    public sealed record TestMap(string Buffer, string Attachment, DmaDirection Direction, MapOptions Options) : BoardMove
    {
        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board) =>
            (board, board.TestMap(Buffer, Attachment, Direction, Options).Refusal);
    }

    /// <summary>The union is recalculated.</summary>
    public sealed record Recalculate(string Buffer) : BoardMove
    {
        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board) => (board, board.Recalculate(Buffer).Refusal);
    }

    /// <summary>An MMU switches to another context.</summary>
    public sealed record Switch(string Device, uint Context) : BoardMove
    {
        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board) => board.SwitchContext(Device, Context);
    }

    /// <summary>A device gets other DMA parameters.</summary>
    public sealed record Declare(string Device, DeviceDmaParameters? Parameters) : BoardMove
    {
        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board) => board.Device(Device) is { } known
            ? board.SetDevice(known with { Parameters = Parameters })
            : (board, DmaBuffer.NoDevice(Device));
    }

    /// <summary>Another user takes all free memory of some regions, for good.</summary>
    /// <param name="Regions">The regions; names joined by a space, so that equal moves are equal.</param>
    public sealed record TakeMemory(string Regions) : BoardMove
    {
        /// <summary>The name of the buffer that stands for the memory taken from a region.</summary>
        public static string BufferOf(string region)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"taken#{region}");
            return name.Length <= ModelName.LengthMax ? name : name[..ModelName.LengthMax];
        }

        /// <summary>The export that takes all free bytes of a region; null when none are free.</summary>
        public static BufferExport? ExportOf(string region, Board board) =>
            board.Memory.Describe().Single(use => use.Name == region).FreeBytes is not 0 and var free
                ? new BufferExport(BufferOf(region), free)
                {
                    Policy = new() { Constraints = ConstraintModel.None, Allocation = AllocationTime.AtExport },
                    Memory = new(region),
                }
                : null;

        /// <summary>The regions, one by one.</summary>
        public ImmutableArray<string> Names => [.. Regions.Split(' ')];

        /// <inheritdoc/>
        public override (Board Next, Refusal? Refusal) On(Board board)
        {
            Refusal? refusal = null;
            foreach (var region in Names)
            {
                if (ExportOf(region, board) is { } export)
                {
                    (board, var reply) = board.Export(export);
                    refusal ??= reply.Refusal;
                }
            }

            return (board, refusal);
        }
    }
}
