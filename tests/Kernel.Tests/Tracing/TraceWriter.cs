using System.Text;
using DmaGrains.Kernel.Tracing;

namespace DmaGrains.Kernel.Tests.Tracing;

/// <summary>The three programs that print traces.</summary>
public enum Printer
{
    /// <summary>/sys/kernel/tracing/trace.</summary>
    Tracefs,

    /// <summary>trace-cmd report.</summary>
    TraceCmd,

    /// <summary>perf script.</summary>
    Perf,
}

/// <summary>Writes a small trace as one of the printers would.</summary>
internal sealed class TraceWriter(Printer printer = Printer.Tracefs, string task = "app", int pid = 100)
{
    private readonly StringBuilder _text = new();
    private int _micros;

    public string Text => _text.ToString();

    public static TraceHistory Read(string text) => KernelTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "a trace");

    public TraceHistory Read() => Read(Text);

    public TraceWriter Raw(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public TraceWriter Event(string group, string name, string text, string? by = null, int? of = null)
    {
        var time = $"10.{++_micros:000000}";
        return Raw(printer switch
        {
            Printer.Tracefs => $"{by ?? task,16}-{of ?? pid,-7} [000] ..... {time}: {name}: {text}",
            Printer.TraceCmd => $"{by ?? task,16}-{of ?? pid,-5} [000]     {time}: {$"{name}:",-22} {text}",
            _ => $"{by ?? task,16} {of ?? pid,5} [000]    {time}: {group,20}:{name}: {text}",
        });
    }

    public TraceWriter Probe(string name, string fields, string? by = null, int? of = null) => Event(
        "dmabuf", name, $"{(printer == Printer.Tracefs ? "(dma_buf_x+0x4/0x2b0)" : "(ffffffff8db85ae4)")} {fields}", by, of);

    public TraceWriter Export(ulong buffer, ulong size = 65536, string exporter = "udmabuf", ulong inode = 1) => this
        .Probe("dmabuf_export", $"exporter=\"{exporter}\" size={size}")
        .Probe("dmabuf_exported", $"dmabuf=0x{buffer:x} size={size} ino={inode}");

    public TraceWriter Attach(ulong buffer, ulong attachment, string device = "gpu", ulong inode = 1, ulong size = 65536, bool isDynamic = false) => this
        .Probe("dmabuf_attach", $"dmabuf=0x{buffer:x} dev=\"{device}\" size={size} dynamic=0x{(isDynamic ? "ff" : "0")} ino={inode} exporter=\"udmabuf\"")
        .Probe("dmabuf_attached", $"attach=0x{attachment:x}");

    public TraceWriter BeginMap(ulong buffer, ulong attachment, string device = "gpu", int direction = 0, ulong inode = 1) =>
        Probe("dmabuf_map", $"attach=0x{attachment:x} dmabuf=0x{buffer:x} dev=\"{device}\" dir={direction} ino={inode}");

    public TraceWriter Mapped(int segments, int entries, ulong table = 0xff00) => Probe("dmabuf_mapped", $"table=0x{table:x} segments={segments} entries={entries}");

    /// <summary>A map with a list of pages that the device sees as they are.</summary>
    public TraceWriter Map(ulong buffer, ulong attachment, string device = "gpu", int direction = 0, ulong inode = 1, params ulong[] pages) => this
        .BeginMap(buffer, attachment, device, direction, inode).List(device, pages).Mapped(pages.Length, pages.Length);

    /// <summary>A map that gives the list of before.</summary>
    public TraceWriter MapKept(ulong buffer, ulong attachment, int count, string device = "gpu", ulong inode = 1) => this
        .BeginMap(buffer, attachment, device, inode: inode).Mapped(count, count);

    public TraceWriter List(string device, params ulong[] pages) => List(device, pages, pages);

    public TraceWriter List(string device, ulong[] segments, ulong[] entries, ulong length = 4096) => printer == Printer.Tracefs
        ? Event(
            "dma", "dma_map_sg",
            $"{device} dir=BIDIRECTIONAL nents={entries.Length}/{entries.Length} ents={segments.Length}/{segments.Length} dma_addrs={Braces(segments)} "
            + $"sizes={Braces(segments.Select(_ => length))} phys_addrs={Braces(entries)} attrs=")
        : Event(
            "dma", "dma_map_sg",
            $"[FAILED TO PARSE] device={device} full_nents={entries.Length} full_ents={segments.Length} truncated=0 phys_addrs={Bytes(entries, 8)} "
            + $"dma_addrs={Bytes(segments, 8)} lengths={Bytes(segments.Select(_ => length), 4)} dir=0 attrs=0x0");

    public TraceWriter UnmapList(string device, params ulong[] pages) => printer == Printer.Tracefs
        ? Event("dma", "dma_unmap_sg", $"{device} dir=BIDIRECTIONAL phys_addrs={Braces(pages)} attrs=")
        : Event("dma", "dma_unmap_sg", $"[FAILED TO PARSE] device={device} addrs={Bytes(pages, 8)} dir=0 attrs=0x0");

    public TraceWriter Bounced(string device, ulong address, string how = "NORMAL", ulong mask = 0xffffffff) =>
        Event("swiotlb", "swiotlb_bounced", $"dev_name: {device} dma_mask={mask:x} dev_addr={address:x} size=4096 {how}");

    public TraceWriter Unmap(ulong buffer, ulong attachment, string device = "gpu", ulong inode = 1) =>
        Probe("dmabuf_unmap", $"attach=0x{attachment:x} dmabuf=0x{buffer:x} dev=\"{device}\" table=0xff00 dir=0 ino={inode}");

    public TraceWriter Detach(ulong buffer, ulong attachment, string device = "gpu", ulong inode = 1) =>
        Probe("dmabuf_detach", $"dmabuf=0x{buffer:x} attach=0x{attachment:x} dev=\"{device}\" ino={inode}");

    public TraceWriter Release(ulong buffer) => Probe("dmabuf_release", $"dmabuf=0x{buffer:x}");

    private static string Braces(IEnumerable<ulong> numbers) => $"{{{string.Join(',', numbers.Select(number => $"0x{number:x}"))}}}";

    private static string Bytes(IEnumerable<ulong> numbers, int each) => $"ARRAY[{string.Join(
        ", ", numbers.SelectMany(number => Enumerable.Range(0, each).Select(index => $"{(byte)(number >> (8 * index)):x2}")))}]";
}
