using System.Globalization;
using System.Text;

namespace DmaGrains.Reports;

/// <summary>All buffers as the kernel's debugfs lists them.</summary>
/// <remarks>Source: drivers/dma-buf/dma-buf.c, dma_buf_debug_show.</remarks>
public static class DebugfsListing
{
    private const string Heading =
        "\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n";

    /// <summary>The text of the file.</summary>
    /// <param name="buffers">The buffers, the newest first.</param>
    public static string Of(params IReadOnlyCollection<DebugfsBuffer> buffers)
    {
        var text = new StringBuilder(Heading);
        foreach (var buffer in buffers)
        {
            text.Append(buffer.ToText());
        }

        var size = buffers.Aggregate(0UL, (sum, buffer) => sum + buffer.SizeBytes);
        return text.Append(CultureInfo.InvariantCulture, $"\nTotal {buffers.Count} objects, {size} bytes\n").ToString();
    }
}
