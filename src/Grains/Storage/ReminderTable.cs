using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Orleans' reminders, kept as one state beside the grains' own: so they are as durable as these, on each kind of storage. There are few,
/// one for each experiment that runs in the cluster.
/// </summary>
/// <remarks>Reasons: <c>docs/decisions/0030</c>.</remarks>
internal sealed class ReminderTable([FromKeyedServices(StorageNames.Default)] IGrainStorage storage) : IReminderTable
{
    private const int AttemptsMax = 8;

    private static readonly GrainId _id = GrainId.Create("dma-reminders", "reminders:");

    public async Task<ReminderTableData> ReadRows(GrainId grainId) =>
        new((await ReadAsync()).State.Rows.Where(row => row.Grain == grainId).Select(row => row.ToEntry()));

    public async Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        new((await ReadAsync()).State.Rows.Where(row => IsWithin(row.Grain.GetUniformHashCode(), begin, end)).Select(row => row.ToEntry()));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await ReadAsync()).State.Rows.FirstOrDefault(row => row.Is(grainId, reminderName))?.ToEntry();

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var row = new ReminderRow(entry.GrainId, entry.ReminderName, entry.StartAt, entry.Period, Guid.NewGuid().ToString("N"));
        await ChangeAsync(rows => [.. rows.Where(other => !other.Is(entry.GrainId, entry.ReminderName)), row]);
        return row.ETag;
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        ChangeAsync(rows => [.. rows.Where(row => !row.Is(grainId, reminderName) || row.ETag != eTag)]);

    public Task TestOnlyClearTable() => ChangeAsync(_ => []);

    /// <summary>The ring of hashes: from after the beginning up to the end, perhaps over its highest number.</summary>
    private static bool IsWithin(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private async Task<DurableState<ReminderRecord>> ReadAsync()
    {
        var state = new DurableState<ReminderRecord>("reminders", _id, storage, new());
        await state.ReadStateAsync();
        return state;
    }

    /// <summary>Changes the rows, again when another silo changed them meanwhile.</summary>
    /// <returns>Whether there was anything to change.</returns>
    private async Task<bool> ChangeAsync(Func<ImmutableArray<ReminderRow>, ImmutableArray<ReminderRow>> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            var state = await ReadAsync();
            var before = state.State.Rows;
            var after = change(before);
            if (before.SequenceEqual(after))
            {
                return false;
            }

            state.State = new() { Rows = after };
            try
            {
                await state.WriteStateAsync();
                return true;
            }
            catch (InconsistentStateException) when (attempt < AttemptsMax)
            {
                // Once more, with what is there now.
            }
        }
    }
}

/// <summary>The stored reminders.</summary>
[GenerateSerializer, Alias("dma.stored.reminders")]
internal sealed class ReminderRecord
{
    /// <summary>The reminders, in the order in which they were set.</summary>
    [Id(0)]
    public ImmutableArray<ReminderRow> Rows { get; init; } = [];
}

/// <summary>A stored reminder.</summary>
/// <param name="Grain">Whom it reminds.</param>
/// <param name="Name">Of what.</param>
/// <param name="StartAt">When it is first due.</param>
/// <param name="Period">How often it is due then.</param>
/// <param name="ETag">Tells this setting of it from others.</param>
[GenerateSerializer, Immutable, Alias("dma.stored.reminder")]
internal sealed record ReminderRow(GrainId Grain, string Name, DateTime StartAt, TimeSpan Period, string ETag)
{
    /// <summary>Whether it is that reminder.</summary>
    public bool Is(GrainId grain, string name) => Grain == grain && Name == name;

    /// <summary>The reminder as Orleans has it.</summary>
    public ReminderEntry ToEntry() => new() { GrainId = Grain, ReminderName = Name, StartAt = StartAt, Period = Period, ETag = ETag };
}
