using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer …</c>.</summary>
internal static class BufferCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new(
        "buffer",
        """
        Live buffers: export, attach, map, unmap, detach, release, and look.

        Example:
          dmagrains buffer export raspberry-pi-4/frame --size 1920x1080x4 --gateway 127.0.0.1:30000
          dmagrains buffer attach raspberry-pi-4/frame v3d --gateway 127.0.0.1:30000
        """)
    {
        Export(), Attach(), TestMap(), Map(), Unmap(), Detach(), Revoke(), Release(), Describe(), List(), BufferWatch.Create(),
    };

    /// <summary>The argument that names a buffer.</summary>
    internal static Argument<string> PathArgument() => new("BOARD/BUFFER") { Description = "The buffer." };

    /// <summary>The board in that argument.</summary>
    internal static Func<ParseResult, string?> BoardOf(Argument<string> path) =>
        parsed => BoardPath.Parse(parsed.GetRequiredValue(path)).Board;

    private static Command Export()
    {
        var path = PathArgument();
        var size = SizeOption.Create("--size", "The buffer's size.", 1, BufferExport.SizeBytesMax);
        size.Required = true;
        var exporter = new Option<string?>("--exporter") { Description = "The device that owns the storage.", HelpName = "DEVICE" };
        var getters = new Option<string>("--getters")
        {
            Description = "How unset DMA parameters are read.",
            DefaultValueFactory = _ => "v6.1",
        };
        getters.AcceptOnlyFromAmong([.. Words.Getters.Keys]);
        var policy = new Option<string>("--policy")
        {
            Description = "How the exporter deals with its importers.",
            HelpName = "NAME",
            DefaultValueFactory = _ => NamedPolicies.All[0].Name,
        };
        policy.AcceptOnlyFromAmong([.. NamedPolicies.All.Select(named => named.Name)]);
        return new LiveCommand(
            "export",
            """
            Exports a buffer; under the default policy storage is allocated at the first map.

            Example:
              dmagrains buffer export raspberry-pi-4/frame --size 1920x1080x4 --exporter v3d
            """,
            path, size, exporter, getters, policy).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var origin = new BufferExport(
                buffer.Name,
                live.Parsed.GetValue(size)!.Value,
                live.Parsed.GetValue(exporter),
                Words.Getters[live.Parsed.GetRequiredValue(getters)])
            {
                Id = NewName("export"),
                Policy = NamedPolicies.Find(live.Parsed.GetRequiredValue(policy))!,
            };
            return AnswerAsync(live, "export", buffer, null, GrainOf(live, buffer).ExportAsync(origin));
        });
    }

    private static Command Attach()
    {
        var path = PathArgument();
        var device = new Argument<string>("DEVICE") { Description = "The importing device." };
        var name = NameOption("attachment");
        return new LiveCommand(
            "attach",
            """
            Attaches a device of the board to a buffer.

            Example:
              dmagrains buffer attach raspberry-pi-4/frame vc4 --gateway 127.0.0.1:30000
            """,
            path, device, name).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var importer = live.Parsed.GetRequiredValue(device);
            var attachment = live.Parsed.GetValue(name) ?? NewName(importer);
            return AnswerAsync(
                live, "attach", buffer, attachment, GrainOf(live, buffer).AttachAsync(attachment, importer));
        });
    }

    private static Command TestMap()
    {
        var path = PathArgument();
        var attachment = new Argument<string>("ATTACHMENT") { Description = "The attachment, as attach named it." };
        var direction = DirectionOption();
        return new LiveCommand(
            "test-map",
            """
            Says what a map would give, and holds nothing.

            Example:
              dmagrains buffer test-map raspberry-pi-4/frame display --gateway 127.0.0.1:30000
            """,
            path, attachment, direction).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var importer = live.Parsed.GetRequiredValue(attachment);
            var way = DirectionOf(live, direction);
            return AnswerAsync(
                live, "test-map", buffer, null, GrainOf(live, buffer).TestMapAttachmentAsync(importer, way));
        });
    }

    private static Command Map()
    {
        var path = PathArgument();
        var attachment = new Argument<string>("ATTACHMENT") { Description = "The attachment, as attach named it." };
        var direction = DirectionOption();
        var name = NameOption("mapping");
        return new LiveCommand(
            "map",
            """
            Maps an attachment; the first map of a buffer allocates for everyone attached.

            Example:
              dmagrains buffer map raspberry-pi-4/frame display --gateway 127.0.0.1:30000
            """,
            path, attachment, direction, name).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var importer = live.Parsed.GetRequiredValue(attachment);
            var mapping = live.Parsed.GetValue(name) ?? NewName("map");
            var way = DirectionOf(live, direction);
            return AnswerAsync(
                live, "map", buffer, mapping, GrainOf(live, buffer).MapAttachmentAsync(mapping, importer, way));
        });
    }

    private static Command Unmap() => Ends(
        "unmap",
        "MAPPING",
        "Ends a mapping.",
        "scanout",
        (grain, mapping) => grain.UnmapAttachmentAsync(mapping));

    private static Command Detach() => Ends(
        "detach",
        "ATTACHMENT",
        "Ends an attachment; the union relaxes to what is left.",
        "display",
        (grain, attachment) => grain.DetachAsync(attachment));

    private static Command Revoke() => Exporter(
        "revoke",
        "The exporter takes the buffer back: lists that importers hold are invalid, and nobody maps or attaches any more.",
        grain => grain.RevokeAsync());

    private static Command Release() => Exporter(
        "release",
        "The exporter lets go; the pages go back when the last attachment goes.",
        grain => grain.ReleaseAsync());

    /// <summary>A command that ends something by its name.</summary>
    private static Command Ends(
        string name, string what, string does, string example, Func<IDmaBufferGrain, string, Task<DmaResult<DmaReply>>> end)
    {
        var path = PathArgument();
        var named = new Argument<string>(what) { Description = $"The {what.ToLowerInvariant()}, as it was named." };
        return new LiveCommand(name, WithExample(does, name, $" {example}"), path, named).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var ended = live.Parsed.GetRequiredValue(named);
            return AnswerAsync(live, name, buffer, null, end(GrainOf(live, buffer), ended));
        });
    }

    /// <summary>A command of the exporter on the whole buffer.</summary>
    private static Command Exporter(string name, string does, Func<IDmaBufferGrain, Task<DmaResult<DmaReply>>> act)
    {
        var path = PathArgument();
        return new LiveCommand(name, WithExample(does, name, string.Empty), path).Does(BoardOf(path), live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            return AnswerAsync(live, name, buffer, null, act(GrainOf(live, buffer)));
        });
    }

    private static string WithExample(string does, string name, string argument) =>
        $"""
        {does}

        Example:
          dmagrains buffer {name} raspberry-pi-4/frame{argument} --gateway 127.0.0.1:30000
        """;

    private static Command Describe()
    {
        var path = PathArgument();
        return new LiveCommand(
            "describe",
            """
            Shows a buffer: its union, who is attached, what is mapped, where its pages are.

            Example:
              dmagrains buffer describe raspberry-pi-4/frame --gateway 127.0.0.1:30000
            """,
            path).Does(BoardOf(path), async live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var found = await GrainOf(live, buffer).DescribeAsync();
            if (!found.TryGetValue(out var description))
            {
                return live.Refuse(found.Refusal!);
            }

            if (live.AsJson)
            {
                live.Terminal.Json(BufferText.DocumentOf(description));
            }
            else
            {
                BufferText.Write(live.Terminal, buffer, description);
            }

            return ExitCode.Good;
        });
    }

    private static Command List()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "list",
            """
            Names a board's buffers.

            Example:
              dmagrains buffer list raspberry-pi-4 --gateway 127.0.0.1:30000
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var grain = live.Connection.Grains.GetBoard(live.Parsed.GetRequiredValue(board));
            var known = await grain.GetAsync();
            if (!known.IsGranted)
            {
                return live.Refuse(known.Refusal!);
            }

            var names = new List<string>();
            for (string? cursor = string.Empty; cursor is not null;)
            {
                var page = (await grain.ListBuffersAsync(cursor, IBoardGrain.PageMax)).Value;
                names.AddRange(page.Names);
                cursor = page.Next;
            }

            names.Sort(StringComparer.Ordinal);
            if (live.AsJson)
            {
                live.Terminal.Json(names);
            }
            else
            {
                names.ForEach(live.Terminal.Line);
            }

            return ExitCode.Good;
        });
    }

    private static Option<string> DirectionOption()
    {
        var direction = new Option<string>("--direction")
        {
            Description = "Which way data moves.",
            DefaultValueFactory = _ => "bidirectional",
        };
        direction.AcceptOnlyFromAmong([.. Words.Directions.Keys]);
        return direction;
    }

    private static DmaDirection DirectionOf(LiveContext live, Option<string> direction) =>
        Words.Directions[live.Parsed.GetRequiredValue(direction)];

    private static Option<string?> NameOption(string what) => new("--as")
    {
        Description = $"Your name for the {what}; a new one when left out. The same name again is a repeat.",
        HelpName = "NAME",
    };

    /// <summary>A name that no earlier command has used: each command line is an attempt of its own.</summary>
    private static string NewName(string stem)
    {
        var start = ModelName.IsValid(stem) ? stem : "new";
        return $"{start[..Math.Min(start.Length, 40)]}#{Guid.NewGuid().ToString("N")[..8]}";
    }

    private static IDmaBufferGrain GrainOf(LiveContext live, BoardPath buffer) =>
        live.Connection.Grains.GetBuffer(buffer.Board, buffer.Name);

    private static async Task<int> AnswerAsync(
        LiveContext live, string command, BoardPath buffer, string? name, Task<DmaResult<DmaReply>> result)
    {
        var reply = await result;
        if (reply.Refusal is { } refusal)
        {
            live.Hint(refusal.Errno);
        }

        return LiveReply.Of(command, buffer, name, reply).Write(live.Terminal, live.AsJson);
    }
}
