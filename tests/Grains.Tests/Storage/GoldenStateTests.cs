using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Grains.Experiments;
using DmaGrains.Grains.Storage;
using DmaGrains.Grains.Tests.Experiments;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using DmaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>
/// States that earlier builds stored tell what they told then. Files are added, never changed: a file has the bytes in base 64, and below
/// them what they told as JSON; a later build may tell more. Those of buffers are <see cref="Buffers.GoldenJournalTests"/>.
/// </summary>
public sealed class GoldenStateTests
{
    private const string Today = "2026-11-29";

    private const int Holders = 30;

    /// <summary>What can be given to a state, not what follows from that.</summary>
    private static readonly JsonSerializerOptions _json = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatFollows } } };

    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>Every stored state but a buffer's, by the name of its file.</summary>
    private static readonly Dictionary<string, Func<byte[], JsonNode?>> _states = new()
    {
        ["board"] = InWords<BoardRecord>,
        ["name-buckets"] = InWords<NameBucketsRecord>,
        ["names"] = InWords<NameBucketRecord>,
        ["device"] = InWords<DeviceRecord>,
        ["memory"] = InWords<MemoryRecord>,
        ["allocations"] = InWords<ChunkRecord<Allocation>>,
        ["translation"] = InWords<TranslationRecord>,
        ["held"] = InWords<ChunkRecord<HeldMapping>>,
        ["experiment"] = InWords<ExperimentRecord>,
        ["experiment-drive"] = InWords<ExperimentDriveRecord>,
        ["experiment-results"] = InWords<ExperimentResultsRecord>,
        ["reminders"] = InWords<ReminderRecord>,
    };

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder(AppContext.BaseDirectory), "*.state").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task State_of_an_earlier_build_tells_what_it_told_then(string name)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder(AppContext.BaseDirectory), name + ".state"), TestContext.Current.CancellationToken);

        var told = _states[name[(Today.Length + 1)..]](Convert.FromBase64String(lines[0]));

        AssertTells(JsonNode.Parse(string.Join('\n', lines[1..])), told, name);
    }

    [Fact]
    public void Every_stored_state_has_a_golden_file() =>
        Assert.Empty(_states.Keys.Except(Files.Select(file => file.Data[(Today.Length + 1)..])));

    /// <summary>Writes the states of today's build that have no file yet: <c>-method '*Write_the_states*' -explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Write_the_states_that_have_no_file()
    {
        await using var cluster = await DmaTestCluster.StartAsync();
        await foreach (var (name, grain, state) in StoryAsync(cluster))
        {
            var file = Path.Combine(Folder(Path.GetDirectoryName(Here())!), $"{Today}-{name}.state");
            if (!File.Exists(file))
            {
                var bytes = cluster.Storage.Find(new(state, grain)).Bytes!;
                await File.WriteAllTextAsync(file, $"{Convert.ToBase64String(bytes)}\n{_states[name](bytes)!.ToJsonString(_json)}\n", TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A board on which much is held, and an experiment that was played.</summary>
    private static async IAsyncEnumerable<(string Name, GrainId Grain, string State)> StoryAsync(DmaTestCluster cluster)
    {
        var board = cluster.Grains.GetBoard("golden");
        Assert.True((await board.DefineAsync(_board)).IsGranted);
        for (var number = 0; number <= NameBucket.NamesMax; number++)
        {
            var buffer = cluster.Grains.GetBuffer("golden", $"b{number}");
            await buffer.ExportAsync(new($"b{number}", 8192, "gpu") { Policy = NamedPolicies.Find(number % 2 == 0 ? "translated" : "mainline-bouncing")! });
            if (number >= Holders)
            {
                continue;
            }

            await buffer.AttachAsync("a", number % 2 == 0 ? "vop" : "low");
            await buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice);
            if (number % 10 == 9)
            {
                await buffer.UnmapAttachmentAsync("m");
                await buffer.DetachAsync("a");
                await buffer.ReleaseAsync();
            }
        }

        Assert.True((await board.SetDeviceAsync(_board.Devices[0] with { Trusted = true })).IsGranted);
        await board.SwitchContextAsync("vop", 1);
        yield return ("board", board.GetGrainId(), "board");
        yield return ("name-buckets", board.GetGrainId(), "name-buckets");
        yield return ("names", cluster.Grains.GetNameBucket("golden", 0).GetGrainId(), "names");
        yield return ("device", cluster.Grains.GetDevice("golden", "gpu").GetGrainId(), "device");
        yield return ("memory", cluster.Grains.MemoryForGrains("golden").GetGrainId(), "memory");
        yield return ("allocations", cluster.Grains.MemoryForGrains("golden").GetGrainId(), "allocations.0");
        yield return ("translation", cluster.Grains.TranslationForGrains("golden").GetGrainId(), "translation");
        yield return ("held", cluster.Grains.TranslationForGrains("golden").GetGrainId(), "held.0");

        var experiment = cluster.Grains.GetExperiment("golden");
        Assert.True((await experiment.StartAsync(ClusterExperiments.Of("golden", 50))).IsGranted);
        yield return ("reminders", GrainId.Create("dma-reminders", "reminders:"), "reminders");
        await ClusterExperiments.EndOfAsync(experiment);
        yield return ("experiment", experiment.GetGrainId(), "experiment");
        yield return ("experiment-drive", experiment.GetGrainId(), "experiment-drive");
        yield return ("experiment-results", experiment.GetGrainId(), "experiment-results");
    }

    private static readonly BoardDefinition _board = new(
        "golden",
        "A board with an MMU and a bounce pool",
        [
            new("pool", MemoryKind.Bounce, new(0x90, 0x40)),
            new("cma", MemoryKind.Contiguous, new(0x8000, 256)),
            new("ram", MemoryKind.System, new(0x100000, 4096), 16, 1),
        ],
        [
            new("gpu", new(uint.MaxValue, 16, 0xffff)) { DmaMask = ulong.MaxValue, Coherent = true, Windows = new(new DmaWindow(0, 0x4000_0000, 1UL << 40)) },
            new("vop", null) { RequiresContiguous = true, Iommu = "smmu", DmaMask = uint.MaxValue },
            new("low", new(262144, 0, 0)) { DmaMask = 0xffffff },
        ])
    {
        Stages = [new("smmu", new(new(0x1000), new(0xffffff), 4096)) { ContextCount = 2 }],
    };

    private static void LeaveOutWhatFollows(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AttributeProvider is PropertyInfo { SetMethod: null }).ToList())
        {
            type.Properties.Remove(property);
        }

        // What an earlier build did not know.
        foreach (var property in type.Properties.Where(property => property.PropertyType is { IsGenericType: true } array && array.GetGenericTypeDefinition() == typeof(ImmutableArray<>)))
        {
            var missing = Activator.CreateInstance(property.PropertyType);
            property.ShouldSerialize = (_, value) => !missing!.Equals(value);
        }
    }

    private static JsonNode? InWords<T>(byte[] bytes) => JsonSerializer.SerializeToNode(_serializer.Deserialize<T>(bytes), _json);

    /// <summary>What was told then is told now; what is new may be told beside it.</summary>
    private static void AssertTells(JsonNode? then, JsonNode? now, string place)
    {
        switch (then)
        {
            case JsonObject members:
                Assert.True(now is JsonObject, $"{place} is {now?.ToJsonString() ?? "null"}");
                Assert.All(members, member => AssertTells(member.Value, now![member.Key], $"{place}.{member.Key}"));
                break;
            case JsonArray items:
                Assert.Equal(items.Count, Assert.IsType<JsonArray>(now, exactMatch: false).Count);
                Assert.All(items.Index(), item => AssertTells(item.Item, now![item.Index], $"{place}[{item.Index}]"));
                break;
            default:
                Assert.True(JsonNode.DeepEquals(then, now), $"{place} was {then?.ToJsonString() ?? "null"} and is {now?.ToJsonString() ?? "null"}");
                break;
        }
    }

    private static string Folder(string root) => Path.Combine(root, "States");

    private static string Here([CallerFilePath] string file = "") => file;
}
