using System.CommandLine;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Commands;

/// <summary>An importer's commands on a live buffer.</summary>
internal static class ImporterCommands
{
    /// <summary>Attach, map, raw access, and their ends.</summary>
    public static IEnumerable<Command> All =>
    [
        Attach(),
        TestMap(),
        Map(),
        Ends("unmap", "MAPPING", "Ends a mapping.", "scanout", (grain, mapping) => grain.UnmapAttachmentAsync(mapping)),
        Gets(
            "get-scatterlist",
            "Gets the scatterlist unmapped, for the importer to map. The first get or map of a buffer allocates.",
            "list",
            (grain, mapping, attachment) => grain.GetScatterlistAsync(mapping, attachment)),
        MapRaw(),
        Ends("put-scatterlist", "LIST", "Puts an unmapped scatterlist back.", "raw", (grain, list) => grain.PutScatterlistAsync(list)),
        Gets(
            "get-pfns",
            "Gets the page frame numbers: whole pages, the last one partly used. The first get or map of a buffer allocates.",
            "pfns",
            (grain, mapping, attachment) => grain.GetPfnsAsync(mapping, attachment)),
        Ends("put-pfns", "PFNS", "Puts page frame numbers back.", "raw", (grain, pfns) => grain.PutPfnsAsync(pfns)),
        Ends(
            "detach",
            "ATTACHMENT",
            "Ends an attachment; the union relaxes to that of the remaining ones.",
            "display",
            (grain, attachment) => grain.DetachAsync(attachment)),
    ];

    private static Argument<string> AttachmentArgument() =>
        new("ATTACHMENT") { Description = "The attachment's name, as given to attach." };

    private static Command Attach()
    {
        var device = new Argument<string>("DEVICE") { Description = "The importing device." };
        var name = BufferContext.NameOption("attachment");
        return BufferContext.Create("attach", "Attaches a device of the board to a buffer.", "vc4", [device, name], buffer =>
        {
            var importer = buffer.Value(device);
            var attachment = buffer.NameFor(name, importer);
            return buffer.AnswerAsync(attachment, buffer.Grain.AttachAsync(attachment, importer));
        });
    }

    private static Command TestMap()
    {
        var attachment = AttachmentArgument();
        var direction = WordOptions.Direction();
        var options = WordOptions.MapOptions();
        return BufferContext.Create(
            "test-map",
            "Shows what a map would return, without mapping. With --option no-bounce: whether it needs no copy.",
            "display --option no-bounce",
            [attachment, direction, options],
            buffer => buffer.AnswerAsync(null, buffer.Grain.TestMapAttachmentAsync(
                buffer.Value(attachment), WordOptions.DirectionOf(buffer, direction), WordOptions.OptionsOf(buffer, options))));
    }

    private static Command Map() => Maps(
        "map",
        "Maps an attachment; the first map of a buffer allocates for all attached devices.",
        "display --direction to-device",
        AttachmentArgument(),
        (buffer, mapping, attachment, direction, options) => buffer.MapAttachmentAsync(mapping, attachment, direction, options));

    private static Command MapRaw() => Maps(
        "map-raw",
        "Maps what an importer got unmapped: the list as it is, or a list built from the page frame numbers. unmap ends it.",
        "raw --direction to-device",
        new Argument<string>("RAW") { Description = "The name of the list or the page frame numbers, as given to the get." },
        (buffer, mapping, raw, direction, options) => buffer.MapRawAsync(mapping, raw, direction, options));

    /// <summary>A command that maps something, with a direction and options, under a name.</summary>
    private static Command Maps(
        string verb,
        string does,
        string example,
        Argument<string> what,
        Func<IDmaBufferGrain, string, string, DmaDirection, MapOptions, Task<DmaResult<DmaReply>>> map)
    {
        var direction = WordOptions.Direction();
        var options = WordOptions.MapOptions();
        var name = BufferContext.NameOption("mapping");
        return BufferContext.Create(
            verb,
            does,
            example,
            [what, direction, options, name],
            buffer =>
            {
                var mapping = buffer.NameFor(name, "map");
                return buffer.AnswerAsync(mapping, map(
                    buffer.Grain,
                    mapping,
                    buffer.Value(what),
                    WordOptions.DirectionOf(buffer, direction),
                    WordOptions.OptionsOf(buffer, options)));
            });
    }

    /// <summary>A command that takes something unmapped under a name.</summary>
    private static Command Gets(
        string verb, string does, string what, Func<IDmaBufferGrain, string, string, Task<DmaResult<DmaReply>>> get)
    {
        var attachment = AttachmentArgument();
        var name = BufferContext.NameOption(what);
        return BufferContext.Create(verb, does, "display --as raw", [attachment, name], buffer =>
        {
            var taken = buffer.NameFor(name, what);
            return buffer.AnswerAsync(taken, get(buffer.Grain, taken, buffer.Value(attachment)));
        });
    }

    /// <summary>A command that ends something by its name.</summary>
    internal static Command Ends(
        string verb, string what, string does, string example, Func<IDmaBufferGrain, string, Task<DmaResult<DmaReply>>> end)
    {
        var named = new Argument<string>(what) { Description = $"The {what.ToLowerInvariant()}'s name." };
        return BufferContext.Create(verb, does, example, [named], buffer =>
            buffer.AnswerAsync(null, end(buffer.Grain, buffer.Value(named))));
    }
}
