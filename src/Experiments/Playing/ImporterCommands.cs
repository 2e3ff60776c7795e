using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>The commands of an importer, which are the same for every buffer, so each is created once.</summary>
internal sealed class ImporterCommands(StreamImporter importer, string attachment)
{
    /// <summary>The commands of a set of importers. An attachment is named after its device; further ones of a device get a number.</summary>
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
