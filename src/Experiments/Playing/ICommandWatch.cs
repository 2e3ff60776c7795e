using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Experiments.Playing;

/// <summary>Observes the commands of a simulation and their replies.</summary>
internal interface ICommandWatch
{
    /// <summary>A buffer was exported, or refused.</summary>
    void Exported(BufferExport export, Refusal? refusal);

    /// <summary>A command was carried out, or refused.</summary>
    void Executed(DmaBuffer after, DmaCommand command, Refusal? refusal);

    /// <summary>A device's driver has declared other limits.</summary>
    void Declared(string device, DeviceDmaParameters? parameters);
}
