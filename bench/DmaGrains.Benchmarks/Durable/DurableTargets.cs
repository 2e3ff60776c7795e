using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>10,000 buffers on 100 boards, as many bare grains and as many empty ones, of one silo.</summary>
internal sealed class DurableTargets
{
    private const int Boards = 100;

    // The GPU, which every board's memory serves.
    private static readonly string _device = Samples.Devices[0].Name;

    private readonly IEmptyGrain[] _empty;
    private readonly IBareGrain[] _bare;
    private readonly IDmaBufferGrain[] _buffers;
    private readonly DmaCaller[] _callers;
    private readonly string[] _attached = new string[Count];

    // Names are used once.
    private long _names;

    private DurableTargets(IGrainFactory grains, IDmaBufferGrain[] buffers)
    {
        _buffers = buffers;
        _callers = [.. buffers.Select(_ => new DmaCaller())];
        _empty = [.. Enumerable.Range(0, Count).Select(index => grains.GetGrain<IEmptyGrain>(Format($"empty-{index}")))];
        _bare = [.. Enumerable.Range(0, Count).Select(index => grains.GetGrain<IBareGrain>(Format($"bare-{index}")))];
    }

    /// <summary>How many there are of each.</summary>
    public const int Count = 10_000;

    /// <summary>The operations that are measured, by name.</summary>
    public IReadOnlyDictionary<string, LoadWork> Works => new LoadWork[]
    {
        new(DurableMeasures.Empty, 1, (target, _) => _empty[target].CallAsync()),
        new(DurableMeasures.Bare, 1, (target, _) => _bare[target].AppendAsync(NewName(), _device)),
        new(DurableMeasures.Command, 2, CommandAsync),
    }.ToDictionary(work => work.Name);

    /// <summary>Defines the boards, which no other run has, and exports the buffers.</summary>
    public static async Task<DurableTargets> ExportAsync(IGrainFactory grains)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        var boards = await Task.WhenAll(Enumerable.Range(0, Boards).Select(async index =>
        {
            var board = Format($"durable-{run}-{index}");
            _ = (await grains.GetBoard(board).DefineAsync(Samples.Board(board))).Value;
            var buffers = new IDmaBufferGrain[Count / Boards];
            for (var buffer = 0; buffer < buffers.Length; buffer++)
            {
                var name = Format($"buffer-{buffer}");
                buffers[buffer] = grains.GetBuffer(board, name);
                _ = (await buffers[buffer].ExportAsync(new BufferExport(name, Samples.BufferBytes))).Value;
            }

            return buffers;
        }));
        return new(grains, [.. boards.SelectMany(buffers => buffers)]);
    }

    private async Task CommandAsync(int target, int operation)
    {
        // A buffer has one caller at a time, and one importer.
        var (buffer, id) = (_buffers[target], _callers[target].Next());
        var reply = operation == 0
            ? await buffer.AttachAsync(_attached[target] = NewName(), _device, id)
            : await buffer.DetachAsync(_attached[target], id);
        _ = reply.Value;
    }

    private string NewName() => Format($"a-{Interlocked.Increment(ref _names)}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
