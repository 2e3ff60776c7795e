using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>Plays on the pure model, in this process, and checks every invariant after each step.</summary>
public sealed class ModelEngine : IEngine
{
    private Board _board;

    private ModelEngine(Board board) => (_board, Fullest) = (board, board.Memory);

    /// <summary>The board's memory when least of it was free, as it was first.</summary>
    public PhysicalMemory Fullest { get; private set; }

    /// <summary>A board without buffers.</summary>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers.</returns>
    public static DmaResult<ModelEngine> Create(BoardDefinition definition)
    {
        var created = Board.Create(definition);
        return created.TryGetValue(out var board)
            ? DmaResult.Grant(new ModelEngine(board))
            : DmaResult.Refuse<ModelEngine>(created.Refusal!);
    }

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) => Step(_board.Export(origin));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) =>
        Step(_board.Execute(buffer, command));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options) =>
        Task.FromResult(_board.TestMap(buffer, attachment, direction, options));

    /// <inheritdoc/>
    public Task<Refusal?> SwitchContextAsync(string device, uint context)
    {
        var before = _board;
        (_board, var refusal) = before.SwitchContext(device, context);
        _board.AssertInvariants(before);
        return Task.FromResult(refusal);
    }

    /// <inheritdoc/>
    public Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters)
    {
        var before = _board;
        (_board, var refusal) = before.Device(device) is { } known
            ? before.SetDevice(known with { Parameters = parameters })
            : (before, DmaBuffer.NoDevice(device));
        _board.AssertInvariants(before);
        return Task.FromResult(refusal);
    }

    /// <inheritdoc/>
    public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) => Task.FromResult(_board.Recalculate(buffer));

    /// <inheritdoc/>
    public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => Task.FromResult(
        _board.Buffer(buffer) is { } known
            ? DmaResult.Grant(known)
            : DmaResult.Refuse<DmaBuffer>(BufferExports.NoBuffer(buffer)));

    /// <inheritdoc/>
    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => Task.FromResult(_board.Memory.Describe());

    private Task<DmaResult<DmaReply>> Step((Board Next, DmaResult<DmaReply> Reply) step)
    {
        step.Next.AssertInvariants(_board);
        _board = step.Next;
        Fullest = _board.Memory.FreePageCount < Fullest.FreePageCount ? _board.Memory : Fullest;
        return Task.FromResult(step.Reply);
    }
}
