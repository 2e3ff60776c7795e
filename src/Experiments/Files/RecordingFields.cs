using System.Collections.Immutable;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Kernel.Listings;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads recordings that streams replay: buffers arrive, get attachments and disappear as recorded.</summary>
/// <param name="path">The experiment's file, to whose folder the paths of recordings are relative; null when there are no files.</param>
/// <param name="problems">Collects problems.</param>
internal sealed class RecordingFields(string? path, Problems problems)
{
    private const string Nobody = "none";

    // A file is read once, however many cases and streams replay it.
    private readonly Dictionary<string, BufferRecording?> _recordings = [];
    private readonly HashSet<InputFile> _files = [];

    /// <summary>The files that were read, under each reference to them.</summary>
    public IEnumerable<InputFile> Files => _files;

    /// <summary>Reads the recorded buffers and their sets of importers.</summary>
    /// <param name="node">The node that names the file.</param>
    /// <param name="renamed">The board's names of devices by the kernel's names; null when the stream states none.</param>
    /// <param name="devices">The devices that all boards have.</param>
    /// <param name="isWithImporters">Whether importers are taken from the recording; otherwise the stream states them.</param>
    public (StreamArrivals.Recorded Arrivals, WeightedChoice<ImporterSet> Importers) Read(
        FileNode node, MapNode? renamed, ImmutableHashSet<string> devices, bool isWithImporters)
    {
        var sets = new ImporterSets();
        if (path is null)
        {
            node.Place.Report("a recording is a file, and a cluster has no files", "other arrivals, or an experiment that is played from a client");
            return (new([], 0), new([]));
        }

        if (node.AsLine() is not { Length: > 0 } name || Find(name) is not { } recording)
        {
            return (new([], 0), new([]));
        }

        var names = isWithImporters ? NamesOf(node, recording, renamed, devices) : [];
        var buffers = ImmutableArray.CreateBuilder<RecordedArrival>(recording.Buffers.Length);
        foreach (var buffer in recording.Buffers)
        {
            var attachments = buffer.Attachments.Where(attachment => names.GetValueOrDefault(attachment.Device) is not null).ToImmutableArray();
            buffers.Add(new(
                buffer.AtNanoseconds,
                buffer.SizeBytes,
                buffer.LifetimeNanoseconds,
                isWithImporters ? sets.IndexOf(attachments.Select(attachment => names[attachment.Device]!)) : null,
                [.. attachments.Select(attachment => new RecordedUse(attachment.FromNanoseconds, attachment.ToNanoseconds))]));
        }

        if (isWithImporters && buffers.All(buffer => buffer.Uses.IsEmpty))
        {
            node.Place.Report($"no device of the board imports a buffer of {Quoted.Text(name)}", "a recording with such devices, or importers that are stated");
        }

        return (new(buffers.MoveToImmutable(), recording.Fingerprint), sets.All);
    }

    private BufferRecording? Find(string reference)
    {
        var file = Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, reference);
        _files.Add(new(reference, file, IsName: false));
        if (!_recordings.TryGetValue(file, out var recording))
        {
            _recordings[file] = recording = problems.Attempt(() => BufferRecording.Read(file));
        }

        return recording;
    }

    /// <summary>The board's name of each device; null for those that are left out.</summary>
    private static Dictionary<string, string?> NamesOf(
        FileNode node, BufferRecording recording, MapNode? renamed, ImmutableHashSet<string> devices)
    {
        var recorded = recording.Buffers.SelectMany(buffer => buffer.Attachments).Select(attachment => attachment.Device).Distinct().ToList();
        var names = new Dictionary<string, string?>();
        foreach (var key in renamed?.Keys ?? [])
        {
            if (!recorded.Contains(key.Value))
            {
                key.Place.Report($"no device {Quoted.Text(key.Value)} is in the recording", Quoted.AnyOf([.. recorded.Order(StringComparer.Ordinal).Select(Quoted.Text)]));
            }

            var name = renamed!.Required(key.Value);
            names[key.Value] = name is TextNode { Value: Nobody } ? null : name.AsNameIn("the board has no device", devices);
        }

        foreach (var device in recorded.Where(device => !names.ContainsKey(device)))
        {
            names[device] = KernelName.ToModel(device);
            if (!devices.Contains(names[device]!))
            {
                node.Place.Report(
                    $"the board has no device for {Quoted.Text(device)} of the recording",
                    $"'devices: {{{device}: NAME}}', where the name is {Quoted.AnyOf([.. devices.Order(StringComparer.Ordinal), $"{Nobody}, which leaves it out"])}");
            }
        }

        return names;
    }

    /// <summary>Distinct sets of importers.</summary>
    private sealed class ImporterSets
    {
        private readonly Dictionary<string, int> _known = [];
        private readonly List<Weighted<ImporterSet>> _sets = [];

        public WeightedChoice<ImporterSet> All => new([.. _sets]);

        public int IndexOf(IEnumerable<string> devices)
        {
            ImmutableArray<StreamImporter> importers = [.. devices.Select(device => new StreamImporter(device, DmaDirection.Bidirectional))];
            var key = string.Join(' ', importers.Select(importer => importer.Device));
            if (!_known.TryGetValue(key, out var index))
            {
                _known[key] = index = _sets.Count;
                _sets.Add(new(new ImporterSet(importers), 1));
            }

            return index;
        }
    }
}
