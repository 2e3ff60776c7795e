using DmaGrains.Experiments.Playing;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Experiments.Tests.Playing;

/// <summary>Asks a <see cref="Board"/> the same, and holds the answers against each other.</summary>
internal sealed class BoardReplay(BoardDefinition definition) : ICommandWatch
{
    public Board Board { get; private set; } = Board.Create(definition).Value;

    public int Steps { get; private set; }

    public void Exported(BufferExport export, Refusal? refusal)
    {
        (Board, var reply) = Board.Export(export);
        Assert.Equal(reply.Refusal, refusal);
        Steps++;
    }

    public void Executed(DmaBuffer after, DmaCommand command, Refusal? refusal)
    {
        (Board, var reply) = Board.Execute(after.Name, command);
        Assert.Equal(reply.Refusal, refusal);
        var known = Board.Buffer(after.Name)!;
        Assert.Equal(known.Costs, after.Costs);
        Assert.Equal(known.Constraints, after.Constraints);
        Assert.Equal(known.Hazards, after.Hazards);
        Assert.Equal(known.IsReleasedByAll, after.IsReleasedByAll);
        Steps++;
    }

    public void Declared(string device, DeviceDmaParameters? parameters) =>
        Board = Board.SetDevice(Board.Device(device)! with { Parameters = parameters }).Next;
}
