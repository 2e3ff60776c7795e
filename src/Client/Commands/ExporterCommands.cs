using System.CommandLine;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;

namespace DmaGrains.Client.Commands;

/// <summary>The exporter's commands on a live buffer.</summary>
internal static class ExporterCommands
{
    /// <summary>Export, revoke and release.</summary>
    public static IEnumerable<Command> All => [Export(), Revoke(), Release()];

    private static Command Export()
    {
        var size = SizeOption.Create("--size", "The buffer's size.", 1, BufferExport.SizeBytesMax);
        size.Required = true;
        var exporter = new Option<string?>("--exporter") { Description = "The device that owns the storage.", HelpName = "DEVICE" };
        var memory = NameOptions.Many(
            "--memory", "REGION", "A region of the board to allocate from; may be given several times. Default: system RAM and contiguous areas.");
        var lines = LinesOption.Create();
        var getters = WordOptions.Optional(
            "--getters", "How unset DMA parameters are read. Default: as the policy reads them, else v6.1.", Vocabulary.Getters.Keys);
        var policy = WordOptions.One(
            "--policy", "How the exporter treats its importers.", NamedPolicies.All.Select(named => named.Name));
        policy.HelpName = "NAME";
        return BufferContext.Create(
            "export",
            "Exports a buffer; under the default policy storage is allocated at the first map.",
            "--size 1920x1080x4 --exporter v3d",
            [size, exporter, memory, lines, getters, policy],
            buffer =>
            {
                var parsed = buffer.Live.Parsed;
                return buffer.SendAsync(new BufferExport(
                    buffer.Path.Name,
                    parsed.GetValue(size)!.Value,
                    parsed.GetValue(exporter),
                    parsed.GetValue(getters) is { } stated ? Vocabulary.Getters[stated] : null)
                {
                    Policy = NamedPolicies.Find(parsed.GetRequiredValue(policy))!,
                    Memory = parsed.GetValue(memory) is { Length: > 0 } regions ? new(regions) : default,
                    Lines = parsed.GetValue(lines),
                });
            });
    }

    private static Command Revoke() => BufferContext.Create(
        "revoke",
        "The exporter revokes the buffer: the importers' lists become invalid, and no device can attach or map any more.",
        string.Empty,
        [],
        buffer => buffer.SendAsync(null, new DmaCommand.Revoke()));

    private static Command Release() => BufferContext.Create(
        "release",
        "The exporter releases the buffer; its pages are freed when the last importer detaches.",
        string.Empty,
        [],
        buffer => buffer.SendAsync(null, new DmaCommand.Release()));
}
