using System.Text;

namespace DmaGrains.Benchmarks.Durable;

internal sealed class BareGrain(BareLog log) : Grain, IBareGrain
{
    private const int EntryBytes = 100;

    private uint _appended;

    public async Task<BareReply> AppendAsync(string attachment, string device)
    {
        var entry = new byte[EntryBytes];
        var written = Encoding.UTF8.GetBytes(attachment, entry);
        Encoding.UTF8.GetBytes(device, entry.AsSpan(written));
        var reply = new BareReply(0, 1 << 16, ++_appended, ulong.MaxValue);
        await log.AppendAsync(this.GetGrainId().GetUniformHashCode(), entry);
        return reply;
    }
}
