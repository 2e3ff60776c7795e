using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Benchmarks.Throughput;

/// <summary>10,000 buffers on 100 boards and as many empty grains, called in a shuffled order.</summary>
internal sealed class Buffers
{
    private const int Boards = 100;
    private const int BuffersPerBoard = 100;
    private const int Seed = 20150127;

    private readonly IDmaBufferGrain[] _buffers;
    private readonly IEmptyGrain[] _empty;

    // There are more buffers than calls under way, so that a buffer's caller makes one request at a time.
    private readonly DmaCaller[] _callers;

    private Buffers(IDmaBufferGrain[] buffers, IEmptyGrain[] empty) =>
        (_buffers, _empty, _callers) = (buffers, empty, [.. buffers.Select(_ => new DmaCaller())]);

    /// <summary>What attach and detach are held against: two calls that do nothing.</summary>
    public Workload TwoEmptyCalls => new("two empty calls", async number =>
    {
        var grain = _empty[number % _empty.Length];
        await grain.CallAsync();
        await grain.CallAsync();
    });

    /// <summary>Attach, then detach, a call each.</summary>
    public Workload TwoCalls => new("attach, detach", async number =>
    {
        var (buffer, caller, name) = (_buffers[number % _buffers.Length], CallerOf(number), NameOf(number));
        Check(await buffer.AttachAsync(name, DeviceOf(number), caller.Next()));
        Check(await buffer.DetachAsync(name, caller.Next()));
    });

    /// <summary>Attach and detach in one call, with one write.</summary>
    public Workload OneBatch => new("one batch", async number =>
    {
        var name = NameOf(number);
        ImmutableArray<DmaCommand> commands = [new DmaCommand.Attach(name, DeviceOf(number)), new DmaCommand.Detach(name)];
        var replies = await _buffers[number % _buffers.Length].ExecuteAsync(CallerOf(number).Number(commands), goOn: false);
        Check(replies[0]);
        Check(replies[1]);
    });

    /// <summary>Attach, map, unmap, detach, a call each.</summary>
    public Workload FourCalls => new("attach, map, unmap, detach", async number =>
    {
        foreach (var command in FourCommands(number))
        {
            Check(await _buffers[number % _buffers.Length].ExecuteAsync(command with { Id = CallerOf(number).Next() }));
        }
    });

    /// <summary>Attach, map, unmap and detach in one call, with one write.</summary>
    public Workload BatchOfFour => new("one batch of four", async number =>
    {
        var replies = await _buffers[number % _buffers.Length].ExecuteAsync(CallerOf(number).Number(FourCommands(number)), goOn: false);
        foreach (var reply in replies)
        {
            Check(reply);
        }
    });

    /// <summary>How many buffers there are.</summary>
    public int Count => _buffers.Length;

    /// <summary>Defines the boards and exports the buffers, each with some importers that stay.</summary>
    public static async Task<Buffers> ExportAsync(IGrainFactory grains, int importers)
    {
        var boards = Enumerable.Range(0, Boards).Select(board => Format($"board-{board:d3}"));
        var buffers = await Task.WhenAll(boards.Select(board => ExportAsync(grains, board, importers)));
        var all = buffers.SelectMany(buffer => buffer).ToArray();
        new Random(Seed).Shuffle(all);
        return new(
            all, [.. Enumerable.Range(0, all.Length).Select(index => grains.GetGrain<IEmptyGrain>(Format($"empty-{index}")))]);
    }

    private static async Task<List<IDmaBufferGrain>> ExportAsync(IGrainFactory grains, string board, int importers)
    {
        _ = (await grains.GetBoard(board).DefineAsync(Samples.Board(board))).Value;
        var buffers = new List<IDmaBufferGrain>();
        for (var index = 0; index < BuffersPerBoard; index++)
        {
            var name = Format($"buffer-{index:d3}");
            var buffer = grains.GetBuffer(board, name);
            Check(await buffer.ExportAsync(new BufferExport(name, Samples.BufferBytes)));
            for (var importer = 0; importer < importers; importer++)
            {
                Check(await buffer.AttachAsync(Samples.HeldName(importer), DeviceOf(importer)));
            }

            buffers.Add(buffer);
        }

        return buffers;
    }

    private static ImmutableArray<DmaCommand> FourCommands(long number) =>
    [
        new DmaCommand.Attach(NameOf(number), DeviceOf(number)),
        new DmaCommand.Map(NameOf(number), NameOf(number), DmaDirection.Bidirectional),
        new DmaCommand.Unmap(NameOf(number)),
        new DmaCommand.Detach(NameOf(number)),
    ];

    private DmaCaller CallerOf(long number) => _callers[number % _callers.Length];

    // A name is used once.
    private static string NameOf(long number) => Format($"newcomer-{number}");

    private static string DeviceOf(long number) => Samples.DeviceOf((int)(number % Samples.Devices.Length)).Name;

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Check(DmaResult<DmaReply> reply)
    {
        if (!reply.IsGranted)
        {
            throw new InvalidOperationException(reply.Refusal!.ToString());
        }
    }
}
