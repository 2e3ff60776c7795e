using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>What an importer asks of a buffer: the same for every buffer, so each is made once.</summary>
internal sealed class ImporterCommands(StreamImporter importer, string attachment)
{
    /// <summary>Those of a set. An attachment has its device's name; the second one of a device has a number after it.</summary>
    public static ImmutableArray<ImporterCommands> Of(ImporterSet set)
    {
        var names = set.Importers.Select(importer => importer.Device).ToHashSet();
        var devices = new HashSet<string>();
        return
        [
            .. set.Importers.Select(importer => new ImporterCommands(
                importer,
                devices.Add(importer.Device)
                    ? importer.Device
                    : Enumerable.Range(2, names.Count + 1).Select(number => $"{importer.Device}.{number}").First(names.Add))),
        ];
    }

    /// <summary>The device.</summary>
    public string Device => importer.Device;

    /// <summary>Attaches.</summary>
    public DmaCommand Attach { get; } = new DmaCommand.Attach(attachment, importer.Device);

    /// <summary>Maps.</summary>
    public DmaCommand Map { get; } = new DmaCommand.Map(attachment, attachment, importer.Direction);

    /// <summary>Unmaps.</summary>
    public DmaCommand Unmap { get; } = new DmaCommand.Unmap(attachment);

    /// <summary>Detaches.</summary>
    public DmaCommand Detach { get; } = new DmaCommand.Detach(attachment);
}
