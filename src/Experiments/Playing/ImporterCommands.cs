using DmaGrains.Experiments.Files;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>What an importer asks of a buffer, under its device's name: the same for every buffer, so each is made once.</summary>
internal sealed class ImporterCommands(StreamImporter importer)
{
    /// <summary>The device.</summary>
    public string Device => importer.Device;

    /// <summary>Attaches.</summary>
    public DmaCommand Attach { get; } = new DmaCommand.Attach(importer.Device, importer.Device);

    /// <summary>Maps.</summary>
    public DmaCommand Map { get; } = new DmaCommand.Map(importer.Device, importer.Device, importer.Direction);

    /// <summary>Unmaps.</summary>
    public DmaCommand Unmap { get; } = new DmaCommand.Unmap(importer.Device);

    /// <summary>Detaches.</summary>
    public DmaCommand Detach { get; } = new DmaCommand.Detach(importer.Device);
}
