using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Orleans' reminders, stored as one state in the grains' storage, so that they are as durable as the grains on each kind of storage. There
/// are few: one for each experiment that runs in the cluster.
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

    /// <summary>Whether a hash is in a range of the ring: after the beginning, up to the end, and possibly past the highest number.</summary>
    private static bool IsWithin(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private async Task<DurableState<ReminderRecord>> ReadAsync()
    {
        var state = new DurableState<ReminderRecord>("reminders", _id, storage, new());
        await state.ReadStateAsync();
        return state;
    }

    /// <summary>Changes the rows, and tries again if another silo changed them meanwhile.</summary>
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
                // Try again with the present rows.
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
/// <param name="Grain">The grain to remind.</param>
/// <param name="Name">The reminder's name.</param>
/// <param name="StartAt">When it is first due.</param>
/// <param name="Period">The interval after that.</param>
/// <param name="ETag">Its version.</param>
[GenerateSerializer, Immutable, Alias("dma.stored.reminder")]
internal sealed record ReminderRow(GrainId Grain, string Name, DateTime StartAt, TimeSpan Period, string ETag)
{
    /// <summary>Whether it is that reminder.</summary>
    public bool Is(GrainId grain, string name) => Grain == grain && Name == name;

    /// <summary>Converts the row for Orleans.</summary>
    public ReminderEntry ToEntry() => new() { GrainId = Grain, ReminderName = Name, StartAt = StartAt, Period = Period, ETag = ETag };
}
