using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using Microsoft.Extensions.Hosting;

namespace MyService;

/// <summary>Shares a frame between a GPU and a display of a board that the cluster knows, and shows what each gets.</summary>
internal sealed class PlaybackService(IGrainFactory grains, IHostApplicationLifetime program) : BackgroundService
{
    private const string Board = "raspberry-pi-4";
    private const ulong FrameBytes = 1920 * 1080 * 4;

    // Gives each command an id: a command that gets no reply is sent again under it, and happens once.
    private readonly DmaCaller _caller = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var name = $"frame-{Environment.ProcessId}";
            var frame = grains.GetBuffer(Board, name);
            Show("export", await frame.ExportAsync(new BufferExport(name, FrameBytes) { Id = _caller.Next() }));
            Show("attach gpu", await frame.AttachAsync("gpu", "v3d", _caller.Next()));
            Show("attach display", await frame.AttachAsync("display", "vc4", _caller.Next()));
            Show("map gpu", await frame.MapAttachmentAsync("render", "gpu", DmaDirection.FromDevice, id: _caller.Next()));
            Show("map display", await frame.MapAttachmentAsync("scanout", "display", DmaDirection.ToDevice, id: _caller.Next()));
            Show("release", await frame.ReleaseAsync(_caller.Next()));
        }
        catch (NoReplyException trouble)
        {
            // The cluster is away: what was sent may have happened or not.
            Console.Error.WriteLine(trouble.Message);
        }
        finally
        {
            program.StopApplication();
        }
    }

    private static void Show(string command, DmaResult<DmaReply> result) => Console.WriteLine(
        result.TryGetValue(out var reply)
            ? $"{command}: ok{(reply.Mapping is { } mapping ? $", segments: {mapping.ToTable().MappedEntryCount}" : string.Empty)}"
            : $"{command}: {result.Refusal!.Errno}, {result.Refusal.Reason}");
}
