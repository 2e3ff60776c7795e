using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Experiments.Playing;

/// <summary>Sees what a simulation asks of its board, and what it is answered.</summary>
internal interface ICommandWatch
{
    /// <summary>A buffer was exported, or refused.</summary>
    void Exported(BufferExport export, Refusal? refusal);

    /// <summary>A command was carried out, or refused.</summary>
    void Executed(DmaBuffer after, DmaCommand command, Refusal? refusal);

    /// <summary>A device's driver has declared other limits.</summary>
    void Declared(string device, DeviceDmaParameters? parameters);
}
