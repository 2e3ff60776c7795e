using System.CommandLine;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Commands;

/// <summary>An importer's commands on a live buffer.</summary>
internal static class ImporterCommands
{
    /// <summary>Attach, map and raw access, and their counterparts.</summary>
    public static IEnumerable<Command> All =>
    [
        Attach(),
        TestMap(),
        Map(),
        Ends("unmap", "MAPPING", "Ends a mapping.", "scanout", mapping => new DmaCommand.Unmap(mapping)),
        Gets(
            "get-scatterlist",
            "Gets the scatterlist unmapped, for the importer to map. The first get or map of a buffer allocates.",
            "list",
            (list, attachment) => new DmaCommand.GetScatterlist(list, attachment)),
        MapRaw(),
        Ends("put-scatterlist", "LIST", "Puts an unmapped scatterlist back.", "raw", list => new DmaCommand.PutScatterlist(list)),
        Gets(
            "get-pfns",
            "Gets the page frame numbers: whole pages, the last one partly used. The first get or map of a buffer allocates.",
            "pfns",
            (pfns, attachment) => new DmaCommand.GetPfns(pfns, attachment)),
        Ends("put-pfns", "PFNS", "Puts page frame numbers back.", "raw", pfns => new DmaCommand.PutPfns(pfns)),
        Ends(
            "detach",
            "ATTACHMENT",
            "Ends an attachment; the union relaxes to that of the remaining ones.",
            "display",
            attachment => new DmaCommand.Detach(attachment)),
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
            return buffer.SendAsync(attachment, new DmaCommand.Attach(attachment, importer));
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
                buffer.Value(attachment),
                WordOptions.DirectionOf(buffer, direction),
                WordOptions.OptionsOf(buffer, options),
                buffer.Live.Cancellation)));
    }

    private static Command Map() => Maps(
        "map",
        "Maps an attachment; the first map of a buffer allocates for all attached devices.",
        "display --direction to-device",
        AttachmentArgument(),
        (mapping, attachment, direction, options) => new DmaCommand.Map(mapping, attachment, direction) { Options = options });

    private static Command MapRaw() => Maps(
        "map-raw",
        "Maps what an importer got unmapped: the list as it is, or a list built from the page frame numbers. unmap ends it.",
        "raw --direction to-device",
        new Argument<string>("RAW") { Description = "The name of the list or the page frame numbers, as given to the get." },
        (mapping, raw, direction, options) => new DmaCommand.MapRaw(mapping, raw, direction) { Options = options });

    /// <summary>A command that maps, with a name, a direction and options.</summary>
    private static Command Maps(
        string verb,
        string does,
        string example,
        Argument<string> what,
        Func<string, string, DmaDirection, MapOptions, DmaCommand> map)
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
                return buffer.SendAsync(mapping, map(
                    mapping,
                    buffer.Value(what),
                    WordOptions.DirectionOf(buffer, direction),
                    WordOptions.OptionsOf(buffer, options)));
            });
    }

    /// <summary>A command that gets raw access, with a name.</summary>
    private static Command Gets(
        string verb, string does, string what, Func<string, string, DmaCommand> get)
    {
        var attachment = AttachmentArgument();
        var name = BufferContext.NameOption(what);
        return BufferContext.Create(verb, does, "display --as raw", [attachment, name], buffer =>
        {
            var taken = buffer.NameFor(name, what);
            return buffer.SendAsync(taken, get(taken, buffer.Value(attachment)));
        });
    }

    /// <summary>A command that ends something by name.</summary>
    internal static Command Ends(
        string verb, string what, string does, string example, Func<string, DmaCommand> end)
    {
        var named = new Argument<string>(what) { Description = $"The {what.ToLowerInvariant()}'s name." };
        return BufferContext.Create(verb, does, example, [named], buffer =>
            buffer.SendAsync(null, end(buffer.Value(named))));
    }
}
