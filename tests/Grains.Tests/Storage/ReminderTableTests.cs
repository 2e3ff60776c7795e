using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>Reminders as Orleans asks for them.</summary>
public sealed class ReminderTableTests : IAsyncLifetime
{
    private static readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    private Testing.DmaTestCluster _cluster = null!;
    private IReminderTable _table = null!;

    public async ValueTask InitializeAsync() => _cluster = await Testing.DmaTestCluster.StartAsync(configureSilo: silo =>
        silo.AddStartupTask((services, _) =>
        {
            _table = services.GetRequiredService<IReminderTable>();
            return Task.CompletedTask;
        }));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_was_set_last_is_there_until_it_is_removed_by_its_tag()
    {
        var grain = Grain(1);
        var first = await _table.UpsertRow(Entry(grain, "a", 10), _cancellation);
        var second = await _table.UpsertRow(Entry(grain, "a", 20), _cancellation);

        Assert.NotEqual(first, second);
        Assert.Equal(TimeSpan.FromSeconds(20), (await _table.ReadRow(grain, "a", _cancellation))!.Period);
        Assert.False(await _table.RemoveRow(grain, "a", first!, _cancellation));
        Assert.True(await _table.RemoveRow(grain, "a", second!, _cancellation));
        Assert.False(await _table.RemoveRow(grain, "a", second!, _cancellation));
        Assert.Null(await _table.ReadRow(grain, "a", _cancellation));
    }

    [Fact]
    public async Task Each_reminder_is_in_one_of_the_ranges_that_silos_divide_the_ring_into()
    {
        for (var number = 0; number < 20; number++)
        {
            await _table.UpsertRow(Entry(Grain(number), "a", 10), _cancellation);
        }

        await Gen.Select(Gen.UInt, Gen.UInt).Where((one, other) => one != other).SampleAsync(
            async (one, other) =>
            {
                var some = (await _table.ReadRows(one, other, _cancellation)).Reminders.Select(row => row.GrainId);
                var others = (await _table.ReadRows(other, one, _cancellation)).Reminders.Select(row => row.GrainId);

                Assert.Equal(20, some.Concat(others).Distinct().Count());
                Assert.Equal(20, some.Count() + others.Count());
            },
            iter: 50,
            threads: 1);
        Assert.Equal(20, (await _table.ReadRows(7, 7, _cancellation)).Reminders.Count);
        Assert.Single((await _table.ReadRows(Grain(3), _cancellation)).Reminders);
    }

    [Fact]
    public async Task Reminders_that_are_set_at_once_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => _table.UpsertRow(Entry(Grain(number), "a", 10), _cancellation)));

        Assert.Equal(6, (await _table.ReadRows(0, 0, _cancellation)).Reminders.Count);
    }

    private static GrainId Grain(int number) => GrainId.Create("test", $"{number}");

    private static ReminderEntry Entry(GrainId grain, string name, int seconds) =>
        new() { GrainId = grain, ReminderName = name, StartAt = new(2026, 11, 28, 0, 0, 0, DateTimeKind.Utc), Period = TimeSpan.FromSeconds(seconds) };
}
