using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>
/// No stored record grows without end, whatever happens to a buffer and however long: with the longest names, most callers, refusals,
/// repeats, hazards, moves and exports anew. The numbers are those of <c>docs/scale.md</c>.
/// </summary>
public sealed partial class StoredRecordTests(SiloFixture silo)
{
    private const int Devices = 80;
    private const int Callers = 160;
    private const int Importers = 120;
    private const int Requests = 40;

    // Each test has an instance of this class of its own.
    private static int _nextBoard;

    /// <summary>The largest write of each record, in bytes. Those of an experiment are held against them by <see cref="StoredExperimentTests"/>.</summary>
    internal static readonly Dictionary<string, int> Limits = new()
    {
        ["buffer"] = 3 << 20,
        ["memory"] = 256 << 10,
        ["translation"] = 64 << 10,
        ["names"] = 64 << 10,
        ["board"] = 2 << 20,
        ["device"] = 16 << 10,
        ["experiment"] = 3 << 20,
        ["experiment-drive"] = 8 << 20,
        ["experiment-results"] = 3 << 20,
    };

    /// <summary>A command by the numbers of whom and what it names; most find what they are about.</summary>
    private static readonly Gen<Func<int, DmaCommand>> _anyCommand = Gen.Select(
        Gen.Frequency((8, Gen.Int[0, 3]), (1, Gen.Int[4, 13])), Gen.Int[0, Importers - 1], Gen.Int[0, Devices - 1], Gen.Enum<DmaDirection>(),
        Gen.Frequency((6, Gen.Const(MapOptions.None)), (1, Gen.Int[1, 15].Select(options => (MapOptions)options))),
        (what, importer, device, direction, options) => (Func<int, DmaCommand>)(life =>
        {
            var (attachment, mapping) = (Long($"a{life}-{importer}"), Long($"m{life}-{importer}"));
            return what switch
            {
                0 or 1 => new DmaCommand.Attach(attachment, DeviceName(device)),
                2 or 3 => new DmaCommand.Map(mapping, attachment, direction) { Options = options },
                4 => new DmaCommand.Unmap(mapping),
                5 => new DmaCommand.Detach(attachment),
                6 => new DmaCommand.GetScatterlist(mapping, attachment),
                7 => new DmaCommand.GetPfns(mapping, attachment),
                8 => new DmaCommand.BeginCpuAccess(Long($"c{importer}"), direction),
                9 => new DmaCommand.CpuAccess(Long($"c{importer}"), direction),
                10 => new DmaCommand.MapRaw(Long($"r{life}-{importer}"), mapping, direction),
                11 => new DmaCommand.SyncForCpu(Long("s"), mapping),
                12 => new DmaCommand.PutScatterlist(mapping),
                _ => new DmaCommand.Unmap(Long($"r{life}-{importer}")),
            };
        }));

    private static readonly Gen<(int Caller, Func<int, DmaCommand>[] Commands, bool IsNamed, bool EndsLife)> _anyRequest = Gen.Select(
        Gen.Int[0, Callers - 1], _anyCommand.Array[1, 100], Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Int[0, 40].Select(chance => chance == 0));

    [Fact]
    public Task Every_record_stays_within_its_bound_over_any_life_of_a_buffer() => Gen.Select(
        RandomPolicies.Any, _anyRequest.Array[Requests], Gen.Int[1, 32],
        Gen.OneOf(default, new NameList(Long("ram")), new NameList(Long("cma"), Long("high")))).SampleAsync(LiveAsync, iter: 3, threads: 1);

    [Fact]
    public async Task Record_of_a_buffer_stays_within_its_bound_at_all_itsLimits_at_once()
    {
        var board = await NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, Long("frame"));
        var number = 0L;
        await buffer.ExportAsync(Export("mainline", 32));
        foreach (var importers in Enumerable.Range(0, DmaBuffer.AttachmentsMax).Chunk(128))
        {
            await AskAsync("a", importers.Select(DmaCommand (importer) => new DmaCommand.Attach(Long($"a{importer}"), DeviceName(importer % Devices))));
            await AskAsync("m", importers.Select(DmaCommand (importer) => new DmaCommand.Map(Long($"m{importer}"), Long($"a{importer}"), DmaDirection.ToDevice)));
        }

        // Whom memory lies out of reach of has mapped nothing.
        foreach (var maps in Enumerable.Range(0, DmaBuffer.MappingsMax).Chunk(128))
        {
            await AskAsync("x", maps.Select(DmaCommand (map) => new DmaCommand.Map(Long($"x{map}"), Long("a1"), DmaDirection.ToDevice)));
        }

        for (var caller = 0; caller < ReplyTable.CallersMax + 2; caller++)
        {
            await AskAsync($"{caller}", Enumerable.Range(0, ReplyTable.RepliesMax / ReplyTable.CallersMax).Select(DmaCommand (request) => (request % 4) switch
            {
                0 => new DmaCommand.Map(Long($"n{request}"), Long("nobody"), DmaDirection.ToDevice),
                1 => new DmaCommand.Attach(Long("a0"), DeviceName(1)),
                2 => new DmaCommand.MapRaw(Long($"r{request}"), Long("m3"), DmaDirection.ToDevice),
                _ => new DmaCommand.Map(Long($"t{caller}-{request}"), Long("a0"), DmaDirection.ToDevice) { Options = MapOptions.NoBounce },
            }));
        }

        var described = (await buffer.DescribeAsync()).Value;
        Assert.Equal(DmaBuffer.AttachmentsMax, described.Attachments.Length);
        Assert.Equal(DmaBuffer.MappingsMax, described.Mappings.Length);
        Assert.True(described.Hazards.Length >= Hazard.EachMax);
        AssertBounded(board, buffer);

        async Task AskAsync(string caller, IEnumerable<DmaCommand> commands) =>
            await buffer.ExecuteAsync([.. commands.Select(command => command with { Id = new(Long(caller), ++number) })], goOn: true);
    }

    [Fact]
    public async Task Records_of_memory_and_translation_stay_within_their_bounds_however_much_is_held()
    {
        var definition = BoardNamed(Long("full"));
        definition = definition with
        {
            Name = Long($"full{Interlocked.Increment(ref _nextBoard)}"),
            Memory =
            [
                .. definition.Memory,
                .. Enumerable.Range(0, PhysicalMemory.RegionsMax - definition.Memory.Length)
                    .Select(index => new MemoryRegionLayout(Long($"area{index}"), MemoryKind.Contiguous, new(0x400000 + (0x1000UL * (ulong)index), 0x100))),
            ],
        };
        var board = definition.Name;
        Assert.True((await silo.Grains.BoardForGrains(board).DefineAsync(definition)).IsGranted);
        var (memory, translation) = (silo.Grains.MemoryForGrains(board), silo.Grains.TranslationForGrains(board));

        // As many at once as share writes, and more.
        foreach (var some in Enumerable.Range(0, 256).Chunk(128))
        {
            using var held = silo.Storage.HoldWrites(memory);
            using var alsoHeld = silo.Storage.HoldWrites(translation);
            var taken = some.Select(index => TakeAsync(Long($"b{index}"))).ToArray();
            await memory.GetHeldAsync();
            held.Release();
            await translation.GetHeldAsync();
            alsoHeld.Release();
            await Task.WhenAll(taken);
        }

        AssertBounded(board, silo.Grains.GetBuffer(board, "none"));

        async Task TakeAsync(string buffer)
        {
            var allocated = await memory.AllocateAsync(new(new(buffer, 0), 16 << Page.Shift, DmaConstraints.Unconstrained, ulong.MaxValue, DeviceName(0))
            {
                Regions = new([Long("ram"), .. definition.Memory.Skip(4).Select(region => region.Name)]),
                Others = new(DeviceName(1), ulong.MaxValue),
            });
            var mapped = await translation.MapAsync(new(
                new(buffer, 0), DeviceName(1), Long("mmu"), Long("bus-mmu"), allocated.Value, 16 << Page.Shift, DmaConstraints.Unconstrained,
                DmaConstraints.Unconstrained, ulong.MaxValue));
            Assert.True(mapped.IsGranted);
        }
    }

    [Fact]
    public async Task Records_of_names_and_of_a_board_stay_within_their_bounds_with_most_and_longest_names()
    {
        var definition = BoardNamed(Long("wide"));
        definition = definition with
        {
            Devices =
            [
                .. Enumerable.Range(0, BoardDefinition.DevicesMax).Select(index => definition.Devices[1] with
                {
                    Name = DeviceName(index),
                    BusMmu = Long("bus-mmu"),
                    PeerBus = Long("pcie"),
                    Bus = Long("soc"),
                    Windows = new(new DmaWindow(0, 0xc000_0000, 1 << 30)),
                }),
            ],
            Stages =
            [
                .. Enumerable.Range(0, BoardDefinition.StagesMax).Select(index => definition.Stages[0] with
                {
                    Name = index < 2 ? definition.Stages[index].Name : Long($"mmu{index}"),
                }),
            ],
        };
        var board = silo.Grains.BoardForGrains(definition.Name);
        Assert.Null((await board.DefineAsync(definition)).Refusal);
        foreach (var names in Enumerable.Range(0, 2 * NameBucket.NamesMax).Chunk(100))
        {
            await Task.WhenAll(names.Select(index => board.AddBufferAsync(Long($"b{index}"), 0, null, default)));
            await board.RemoveBufferAsync(Long($"b{names[0]}"), 0);
        }

        AssertBounded(definition.Name, silo.Grains.GetBuffer(definition.Name, "none"));
    }

    [Fact]
    public async Task A_piece_of_pages_and_a_window_add_few_bytes()
    {
        const int PieceMax = 10;
        const int WindowMax = 25;
        var board = await NewBoardAsync();
        var (few, many) = (await MappedAsync("few", 16), await MappedAsync("many", 2016));
        var device = silo.Grains.DeviceForGrains(board, DeviceName(0));
        var (one, all) = (await WindowsAsync(1), await WindowsAsync(DmaWindows.Max));

        Assert.InRange(many.Buffer - few.Buffer, 2000, 2000 * PieceMax);
        Assert.InRange(many.Memory - few.Memory, 2000, 2000 * PieceMax);
        Assert.InRange(all - one, 255, 255 * WindowMax);
        Assert.Contains(
            $"at most {PieceMax} bytes for each piece that a buffer's pages lie in", await PageAsync(), StringComparison.Ordinal);
        Assert.Contains($"at most {WindowMax} bytes for each further window", await PageAsync(), StringComparison.Ordinal);

        async Task<(int Buffer, int Memory)> MappedAsync(string name, int pieces)
        {
            var buffer = silo.Grains.GetBuffer(board, name);
            await buffer.ExportAsync(Export("mainline", pieces) with { Name = name, Memory = new(Long("ram")) });
            await buffer.AttachAsync("a", DeviceName(3));
            Assert.True((await buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice)).IsGranted);
            Assert.Equal(pieces, (await buffer.DescribeAsync()).Value.Storage!.Extents.Length);
            return (silo.Storage.TakeLargestWrite(buffer), silo.Storage.TakeLargestWrite(silo.Grains.MemoryForGrains(board)));
        }

        async Task<int> WindowsAsync(int count)
        {
            var windows = Enumerable.Range(0, count).Select(index => new DmaWindow((ulong)index << 32, 0x8000_0000_0000 + ((ulong)index << 33), 1UL << 32));
            Assert.Null((await device.RegisterAsync(new(DeviceName(0), null) { Windows = new(windows) })).Refusal);
            return silo.Storage.TakeLargestWrite(device);
        }
    }

    [Fact]
    public async Task Page_on_scale_states_the_bounds_of_each_stored_record()
    {
        Assert.Equal(
            Limits.Select(limit => (limit.Key, limit.Value >> 10)),
            Row().Matches(await PageAsync()).Select(row => (row.Groups["record"].Value, int.Parse(row.Groups["kib"].Value, CultureInfo.InvariantCulture))));
    }

    private static Task<string> PageAsync() =>
        File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "scale.md"), TestContext.Current.CancellationToken);

    private async Task LiveAsync(
        ExporterPolicy policy, (int Caller, Func<int, DmaCommand>[] Commands, bool IsNamed, bool EndsLife)[] requests, int pages, NameList memory)
    {
        var board = await NewBoardAsync();
        var name = Long("frame");
        var buffer = silo.Grains.GetBuffer(board, name);
        var (life, number) = (0, 0L);
        await ExportAsync();
        foreach (var (caller, commands, isNamed, endsLife) in requests)
        {
            var named = commands.Select(command => command(life) with { Id = isNamed ? new(Long($"caller{caller}"), ++number) : null });
            await buffer.ExecuteAsync([.. named], goOn: true);
            AssertBounded(board, buffer);
            if (endsLife)
            {
                await EndAsync();
                life++;
                await ExportAsync();
                AssertBounded(board, buffer);
            }
        }

        Task<DmaResult<DmaReply>> ExportAsync() => buffer.ExportAsync(Export("refuse", pages) with
        {
            Id = new(Long("exporter"), ++number),
            Policy = policy,
            Memory = memory,
        });

        async Task EndAsync()
        {
            var described = await buffer.DescribeAsync();
            if (described.TryGetValue(out var living))
            {
                await buffer.ExecuteAsync([.. living.Mappings.Where(mapping => mapping.Raw is not null).Select(mapping => new DmaCommand.Unmap(mapping.Name))], goOn: true);
                await buffer.ExecuteAsync([.. living.Mappings.Where(mapping => mapping.Raw is null).Select(DmaCommand (mapping) => mapping.Access switch
                {
                    BufferAccess.Map => new DmaCommand.Unmap(mapping.Name),
                    BufferAccess.Scatterlist => new DmaCommand.PutScatterlist(mapping.Name),
                    _ => new DmaCommand.PutPfns(mapping.Name),
                })], goOn: true);
                await buffer.ExecuteAsync([.. living.Attachments.Select(attachment => new DmaCommand.Detach(attachment.Name)), new DmaCommand.Release()], goOn: true);
            }
        }
    }

    private async Task<string> NewBoardAsync()
    {
        var board = Long($"life{Interlocked.Increment(ref _nextBoard)}");
        Assert.True((await silo.Grains.BoardForGrains(board).DefineAsync(BoardNamed(board))).IsGranted);
        return board;
    }

    private void AssertBounded(string board, IDmaBufferGrain buffer)
    {
        Assert.InRange(silo.Storage.TakeLargestWrite(buffer), 0, Limits["buffer"]);
        Assert.InRange(silo.Storage.TakeLargestWrite(silo.Grains.MemoryForGrains(board)), 0, Limits["memory"]);
        Assert.InRange(silo.Storage.TakeLargestWrite(silo.Grains.TranslationForGrains(board)), 0, Limits["translation"]);
        Assert.InRange(silo.Storage.TakeLargestWrite(silo.Grains.GetNameBucket(board, 0)), 0, Limits["names"]);
        Assert.InRange(silo.Storage.TakeLargestWrite(silo.Grains.BoardForGrains(board)), 0, Limits["board"]);
        Assert.InRange(silo.Storage.TakeLargestWrite(silo.Grains.GetDevice(board, DeviceName(0))), 0, Limits["device"]);
    }

    /// <summary>A name of the greatest length.</summary>
    private static string Long(string name) => name.PadRight(ModelName.LengthMax, 'x');

    private static BufferExport Export(string policy, int pages) =>
        new(Long("frame"), (ulong)pages << Page.Shift, DeviceName(0)) { Policy = NamedPolicies.Find(policy)! };

    private static string DeviceName(int number) => Long($"device{number}");

    /// <summary>Devices of all sorts, so that every kind of hazard has somebody to happen to.</summary>
    private static BoardDefinition BoardNamed(string name) => new(
        name,
        new('t', BoardDefinition.TitleLengthMax),
        [
            new(Long("pool"), MemoryKind.Bounce, new(0x10, 64)),
            new(Long("ram"), MemoryKind.System, new(0x100, 16384), ReservedEveryPages: 2, ReservedPages: 1),
            new(Long("cma"), MemoryKind.Contiguous, new(0x10000, 2048)),
            new(Long("high"), MemoryKind.System, new(0x200000, 4096), ReservedEveryPages: 16, ReservedPages: 1),
        ],
        [
            .. Enumerable.Range(0, Devices).Select(number => new Device(DeviceName(number), new(
                (number % 4) switch { 0 => uint.MaxValue, 1 => 65536u, 2 => 4096u, _ => 0u },
                (number % 5) switch { 0 => 0u, 1 => 16u, 2 => 4u, 3 => 64u, _ => 1u },
                number % 3 == 0 ? 0xffffUL : 0))
            {
                // Not behind the MMU, where a narrow device that is refused makes the others wait until something is unmapped.
                DmaMask = number % 7 == 0 && number % 6 != 1 ? 0xfffffUL : ulong.MaxValue,
                Coherent = number % 2 == 0,
                NeedsStructPage = number % 11 == 0,
                Iommu = number % 6 == 1 ? Long("mmu") : null,
                BusMmu = number % 6 == 2 ? Long("bus-mmu") : null,
                Windows = number % 13 == 5 ? new(new DmaWindow(0, 0xc000_0000, 1 << 30)) : default,
            }),
        ])
    {
        Stages =
        [
            new(Long("mmu"), new(new(0x1000), new(0xffff_ffff), 4096)) { ContextCount = 8, Owner = StageOwner.DmaApi },
            new(Long("bus-mmu"), new(new(0x1000), new(0xffff_ffff), 4096, Reuse: IovaReuse.Lazy)),
        ],
    };

    [GeneratedRegex(@"^\| `(?<record>[a-z-]+)` \| (?<kib>[0-9]+) KiB \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
