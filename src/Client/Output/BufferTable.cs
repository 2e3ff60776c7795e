using System.Globalization;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Buffers as a table.</summary>
internal static class BufferTable
{
    private static readonly string[] _headings = ["buffer", "size", "exporter", "pages", "holders"];

    /// <summary>One row for each buffer; other programs get nothing when there are none.</summary>
    public static void Write(Terminal terminal, List<BufferReport> buffers)
    {
        if (buffers.Count == 0 && terminal.IsTerminal)
        {
            terminal.Line("no buffers");
        }
        else if (buffers.Count != 0)
        {
            terminal.Table(_headings, buffers.Select(buffer => (string[])
            [
                buffer.Name,
                buffer.SizeBytes.ToString(CultureInfo.InvariantCulture),
                buffer.Exporter ?? "a heap",
                buffer.Storage is { } storage ? string.Join(", ", storage.Regions) : "none yet",
                string.Join(", ", buffer.Attachments.Select(attachment => $"{attachment.Name} ({attachment.Device})")),
            ]));
        }
    }
}
