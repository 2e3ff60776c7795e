using System.Runtime.CompilerServices;
using DmaGrains.Grains.Buffers;
using DmaGrains.Model.Boards;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Grains.Tests.Buffers;

/// <summary>
/// Journals that earlier builds wrote tell what they told then, whatever the rules are now. Files are added, never changed: a file has the
/// rows in base 64, below them the record in words, and below that, since times are kept, the events.
/// </summary>
public sealed class GoldenJournalTests
{
    private const string Frame = "frame";

    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>29 November 2026, 12:00, in milliseconds since 1970.</summary>
    private const long Start = 1_795_953_600_000;

    /// <summary>The row of the snapshot, in files that have events.</summary>
    private const int Snapshot = 111;

    private static readonly BoardDefinition _board = new(
        "golden",
        "A board with an MMU and a bounce pool",
        [
            new("pool", MemoryKind.Bounce, new(0x90, 0x40)),
            new("cma", MemoryKind.Contiguous, new(0x8000, 256)),
            new("ram", MemoryKind.System, new(0x100000, 1024), 16, 1),
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
            new("disk", new(65536, 16, 0)) { DmaMask = ulong.MaxValue },
            new("vop", null) { RequiresContiguous = true, Iommu = "smmu", DmaMask = uint.MaxValue },
            new("low", new(262144, 0, 0)) { DmaMask = 0xffffff },
            new("one", null) { RequiresContiguous = true, DmaMask = ulong.MaxValue },
        ])
    {
        Stages = [new("smmu", new(new(0x1000), new(0xffffff), 4096)) { ContextCount = 2 }],
    };

    private static readonly Dictionary<string, (string Policy, ulong SizeBytes, DmaCommand[][] Batches)> _stories = new()
    {
        ["2026-11-29-life"] = ("refuse", 60_001,
        [
            [new DmaCommand.Attach("a", "gpu")],
            [new DmaCommand.Attach("b", "disk")],
            [new DmaCommand.Map("m", "a", DmaDirection.ToDevice)],
            [new DmaCommand.Map("n", "b", DmaDirection.FromDevice)],
            [new DmaCommand.SyncForCpu("s", "n")],
            [new DmaCommand.BeginCpuAccess("c", DmaDirection.Bidirectional), new DmaCommand.CpuAccess("c", DmaDirection.ToDevice)],
            [new DmaCommand.EndCpuAccess("c")],
            [new DmaCommand.Unmap("m"), new DmaCommand.Unmap("n")],
            [new DmaCommand.Detach("a")],
            [new DmaCommand.Detach("b"), new DmaCommand.Release()],
        ]),
        ["2026-11-29-callers"] = ("mainline-bouncing", 300_001,
        [
            [new DmaCommand.Attach("a", "vop") { Id = new("display", 1) }],
            [new DmaCommand.Attach("b", "low") { Id = new("camera", 2) }, new DmaCommand.Map("m", "b", DmaDirection.ToDevice) { Id = new("camera", 3) }],
            [new DmaCommand.Map("n", "a", DmaDirection.ToDevice) { Id = new("display", 4) }],
            [new DmaCommand.Map("o", "nobody", DmaDirection.ToDevice) { Id = new("display", 5) }],
            [new DmaCommand.Attach("c", "one") { Id = new("display", 6) }, new DmaCommand.Map("p", "c", DmaDirection.ToDevice) { Id = new("display", 7) }],
            [new DmaCommand.Unmap("p") { Id = new("camera", 8) }, new DmaCommand.Map("p", "c", DmaDirection.ToDevice) { Id = new("camera", 9) }],
            [new DmaCommand.Unmap("p") { Id = new("camera", 10) }],
            [new DmaCommand.Detach("c") { Id = new("camera", 11) }],
            [new DmaCommand.Attach("c", "one") { Id = new("camera", 12) }, new DmaCommand.Map("p", "c", DmaDirection.ToDevice) { Id = new("camera", 13) }],
            [new DmaCommand.Unmap("n") { Id = new("camera", 14) }],
            [new DmaCommand.Revoke() { Id = new("display", 15) }],
        ]),
        ["2026-11-29-revoked"] = ("translated", 60_001,
        [
            [new DmaCommand.Attach("a", "vop")],
            [new DmaCommand.Map("m", "a", DmaDirection.ToDevice)],
            [new DmaCommand.Unmap("m"), new DmaCommand.Map("n", "a", DmaDirection.ToDevice)],
            [new DmaCommand.Unmap("n")],
            [new DmaCommand.Revoke()],
            [new DmaCommand.Map("o", "a", DmaDirection.ToDevice), new DmaCommand.Detach("a")],
        ]),
        ["2026-11-29-bounced"] = ("mainline-bouncing", 60_001,
        [
            [new DmaCommand.Attach("a", "low"), new DmaCommand.Map("m", "a", DmaDirection.ToDevice)],
            [new DmaCommand.Unmap("m")],
            [new DmaCommand.Map("n", "a", DmaDirection.ToDevice)],
        ]),
        ["2026-11-29-migration"] = ("migrate", 300_001,
        [
            [new DmaCommand.Attach("a", "gpu"), new DmaCommand.Map("m", "a", DmaDirection.ToDevice)],
            [new DmaCommand.Unmap("m"), new DmaCommand.Attach("b", "one")],
            [new DmaCommand.Map("n", "b", DmaDirection.ToDevice)],
            [new DmaCommand.GetPfns("r", "a"), new DmaCommand.MapRaw("q", "r", DmaDirection.ToDevice)],
        ]),
        ["2026-11-29-history"] = ("refuse", 60_001,
        [
            [new DmaCommand.Attach("a", "gpu") { Id = new("camera", 1) }, new DmaCommand.Attach("b", "disk") { Id = new("camera", 2) }],
            [new DmaCommand.Map("m", "a", DmaDirection.ToDevice) { Id = new("camera", 3) }],
            [new DmaCommand.Attach("c", "one") { Id = new("display", 1) }, new DmaCommand.Detach("a") { Id = new("display", 2) }],
            [new DmaCommand.Attach("d", "gpu"), new DmaCommand.Attach("e", "nobody"), new DmaCommand.GetPfns("p", "d")],
            [new DmaCommand.Unmap("m"), new DmaCommand.PutPfns("p"), new DmaCommand.Release()],
            [new DmaCommand.Revoke() { Id = new("display", 3) }],
        ]),
        ["2026-11-30-kinds"] = ("mainline-bouncing", 60_001,
        [
            [new DmaCommand.Attach("a", "vop") { Id = new("display", 1) }],
            [new DmaCommand.Attach("b", "low"), new DmaCommand.Map("m", "b", DmaDirection.FromDevice)],
            [new DmaCommand.Map("n", "a", DmaDirection.ToDevice) { Id = new("display", 2) }],
            [new DmaCommand.Map("o", "nobody", DmaDirection.ToDevice) { Id = new("display", 3) }],
            [new DmaCommand.BeginCpuAccess("c", DmaDirection.Bidirectional), new DmaCommand.EndCpuAccess("c")],
            [new DmaCommand.Unmap("m"), new DmaCommand.Detach("b")],
        ]),
    };

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder(AppContext.BaseDirectory), "*.journal").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Journal_of_an_earlier_build_tells_what_it_told_then(string name)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder(AppContext.BaseDirectory), name + ".journal"), TestContext.Current.CancellationToken);
        var told = lines.SkipWhile(line => line.Length > 0).Skip(1).ToList();
        var rows = lines.TakeWhile(line => line.Length > 0).Select(line => (ReadOnlyMemory<byte>)Convert.FromBase64String(line)).ToList();

        var events = told.SkipWhile(line => line.Length > 0).Skip(1).ToList();
        var last = rows.Count + (events.Count == 0 ? 0 : Snapshot - 1);
        var record = DmaBufferRecord.Replay(new(rows[0], [.. rows.Skip(1)], last), _serializer, out var history)!;

        record.Buffer!.AssertInvariants();
        Assert.Equal(told.TakeWhile(line => line.Length > 0), InWords(record));

        // The first files are of builds that kept no times: what they tell has none, and what was before their snapshot is not known.
        var page = history.After(default, last);
        Assert.True(page.HasGap);
        Assert.NotEmpty(page.Events);
        Assert.Equal(events.Count == 0 ? page.Events.Select(known => InWords(known with { Time = null })) : events, page.Events.Select(InWords));
    }

    [Fact]
    public void Every_kind_of_change_is_in_a_golden_journal()
    {
        var entries = Directory.EnumerateFiles(Folder(AppContext.BaseDirectory), "*.journal").SelectMany(file => File.ReadLines(file).TakeWhile(line => line.Length > 0).Skip(1))
            .Select(line => _serializer.Deserialize<DmaBufferEntry>(Convert.FromBase64String(line)))
            .ToList();

        foreach (var kind in typeof(Model.Buffers.Changes.BufferChanges).GetProperties().Where(property => property.CanWrite))
        {
            Assert.True(entries.Any(entry => IsChange(kind.PropertyType, kind.GetValue(entry.Buffer))), $"no golden journal has {kind.Name}");
        }
    }

    /// <summary>Writes the journals of today's build, for stories that have no file yet: <c>-method '*Write_the_journals*' -explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public void Write_the_journals_that_have_no_file()
    {
        foreach (var (name, (policy, sizeBytes, batches)) in _stories)
        {
            var file = Path.Combine(Folder(Path.GetDirectoryName(Here())!), name + ".journal");
            if (!File.Exists(file))
            {
                File.WriteAllLines(file, Written(policy, sizeBytes, batches));
            }
        }
    }

    private static IEnumerable<string> Written(string policy, ulong sizeBytes, DmaCommand[][] batches)
    {
        var board = Board.Create(_board).Value.Export(new(Frame, sizeBytes) { Policy = NamedPolicies.Find(policy)! }).Next;
        var record = new DmaBufferRecord { Buffer = board.Buffer(Frame) };
        // Before the snapshot there were so many events that some are forgotten.
        var history = new BufferHistory();
        history.Add(1, new() { IsExport = true, Time = Start - (1000 * (Snapshot - 1)) });
        for (var row = 2; row <= Snapshot; row++)
        {
            var refusal = row % 10 == 0 ? new Refusal(Errno.EBUSY, "gpu", "Mappings", 1, 0, "No.") : null;
            var reply = new AddedReply { Kind = row % 2 == 0 ? RememberedKind.Attach : RememberedKind.Detach, Name = $"a{row / 2}", Other = row % 2 == 0 ? "gpu" : string.Empty, Refusal = refusal };
            history.Add(row, new()
            {
                Time = Start + (1000 * (row - Snapshot)),
                Replies = row % 3 == 0 ? new() { Unnamed = [reply] } : new() { Callers = [new(row < 40 ? "camera" : "display", 0, [reply])] },
            });
        }

        yield return Convert.ToBase64String(_serializer.SerializeToArray(record.With(history.Stored)));
        foreach (var (index, batch) in batches.Index())
        {
            var (replies, buffer, granted) = (record.Replies, record.Buffer, 0);
            for (var place = 0; place < batch.Length; place++)
            {
                // What is owed is written before it is paid.
                var unpaid = board.Buffer(Frame)!.Begin(batch[place]) is { Question: null } step && step.Decided.Next.IsInDebt ? step.Decided.Next : null;
                (board, var reply) = board.Execute(Frame, batch[place]);
                (replies, buffer) = (replies.Remember(batch[place], reply, place, batch[0].Id), unpaid ?? board.Buffer(Frame));
                granted += reply.IsGranted && batch[place].Id is null ? 1 : 0;
            }

            var next = new DmaBufferRecord { Buffer = buffer, Replies = replies };
            var entry = record.EntryTo(next, new(granted), Start + (1000 * (index + 1)));
            history.Add(Snapshot + index + 1, entry);
            yield return Convert.ToBase64String(_serializer.SerializeToArray(entry));
            record = next;
        }

        yield return string.Empty;
        foreach (var line in InWords(record))
        {
            yield return line;
        }

        yield return string.Empty;
        foreach (var told in history.After(default, Snapshot + batches.Length).Events)
        {
            yield return InWords(told);
        }
    }

    private static string InWords(BufferEvent told) =>
        $"event {told.Id} at {told.Time:O}, {told.Caller ?? "nobody"}: {told.Kind} {told.Name} {told.Other}: {told.Refusal}";

    private static IEnumerable<string> InWords(DmaBufferRecord record)
    {
        var buffer = record.Buffer!;
        yield return $"{buffer.Name} of {buffer.SizeBytes} bytes, generation {buffer.Generation}: {buffer.Constraints}";
        yield return $"released {buffer.IsReleased}, freed {buffer.IsFreed}, revoked {buffer.IsRevoked}, has had translated {buffer.HasHadTranslated}";
        yield return $"next {buffer.NextSequence} and {buffer.NextMapping}, owed {string.Join(' ', buffer.Superseded)} and {string.Join(' ', buffer.Unmapped)}";
        yield return $"costs {buffer.Costs}";
        yield return $"storage {buffer.Storage?.Token} {string.Join(' ', buffer.Storage?.Extents.Select(extent => $"{extent.FirstPfn}+{extent.PageCount}") ?? [])} {buffer.Storage?.AllocatedUnder}";
        yield return $"accesses {string.Join(' ', buffer.Cpu.Accesses)} {buffer.Cpu.IsStale} {buffer.Cpu.IsDirty}";
        foreach (var attachment in buffer.Attachments)
        {
            yield return $"attachment {attachment.Name} of {attachment.Device} behind {attachment.Iommu} {attachment.BusMmu}, {attachment.Sequence}: {attachment.Demand}, takes {attachment.Takes}, to {attachment.HighestAddress}, has list {attachment.HasList}, pending {attachment.IsPending}";
        }

        foreach (var mapping in buffer.Mappings)
        {
            yield return $"mapping {mapping.Name} of {mapping.Attachment}, {mapping.Direction}, {mapping.Turn}: {string.Join(' ', mapping.ToSegments().Select(segment => $"{segment.Address}+{segment.LengthBytes}"))}";
        }

        foreach (var hazard in buffer.Hazards)
        {
            yield return $"hazard {hazard.Kind} {hazard.Importer} {hazard.Field} {hazard.Needed} {hazard.Limit} {hazard.Count} times, first {hazard.First?.Reason}, last {hazard.Reason}";
        }

        foreach (var (caller, reply) in record.Replies.Unnamed.Select(reply => ("nobody", reply))
            .Concat(record.Replies.Callers.SelectMany(caller => caller.Replies.Select(reply => (caller.Caller, reply)))))
        {
            yield return $"reply to {caller} {reply.Number}: {reply.Kind} {reply.Name} {reply.Other} {reply.Direction} {reply.Options}: {reply.Constraints} {reply.Mapping?.Name} {reply.Refusal}";
        }
    }

    private static bool IsChange(Type type, object? value) =>
        value is not null && !value.Equals(type.IsValueType ? Activator.CreateInstance(type) : null);

    private static string Folder(string root) => Path.Combine(root, "Journals");

    private static string Here([CallerFilePath] string file = "") => file;
}
