using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>
/// Plays on the model, in this process, and checks every invariant of the board: at first after each step, later after each further
/// sixteenth of the steps so far, and at the end, which bounds the cost of the checks.
/// </summary>
public sealed class ModelEngine : IEngine
{
    private const int EachUntil = 256;
    private const int Part = 16;

    private Board _board;
    private Board? _checked;
    private int _steps;
    private int _checkedAt;

    private ModelEngine(Board board) => (_board, Fullest) = (board, board.Memory);

    /// <summary>The board's memory when the least was free, at the first such moment.</summary>
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
        (_board, var refusal) = _board.SwitchContext(device, context);
        CheckWhenDue();
        return Task.FromResult(refusal);
    }

    /// <inheritdoc/>
    public Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters)
    {
        (_board, var refusal) = _board.Device(device) is { } known
            ? _board.SetDevice(known with { Parameters = parameters })
            : (_board, DmaBuffer.NoDevice(device));
        CheckWhenDue();
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
    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync()
    {
        Check();
        return Task.FromResult(_board.Memory.Describe());
    }

    private Task<DmaResult<DmaReply>> Step((Board Next, DmaResult<DmaReply> Reply) step)
    {
        _board = step.Next;
        CheckWhenDue();
        Fullest = _board.Memory.FreePageCount < Fullest.FreePageCount ? _board.Memory : Fullest;
        return Task.FromResult(step.Reply);
    }

    private void CheckWhenDue()
    {
        _steps++;
        if (_steps <= EachUntil || (_steps - _checkedAt) * Part >= _steps)
        {
            Check();
        }
    }

    private void Check()
    {
        _board.AssertInvariants(_checked);
        (_checked, _checkedAt) = (_board, _steps);
    }
}
