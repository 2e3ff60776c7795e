using System.Globalization;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Benchmarks.Model;

/// <summary>A board of 16 GiB, of which 1 GiB is a contiguous area, in which buffers of all sizes came and went.</summary>
internal static class FragmentedMemory
{
    private const int Seed = 20150127;
    private const ulong AreaPages = 1UL << 18;
    private const ulong BoardPages = 1UL << 22;

    // Requests that reach no further than the area can only be met there.
    private static Tenants[] Regions { get; } =
    [
        new("area", (AreaPages << 12) - 1, PagesMin: 64, PagesMax: 4096),
        new("ram", ulong.MaxValue, PagesMin: 1, PagesMax: 1024),
    ];

    /// <summary>Each region is filled to the last percent, then buffers are freed at random down to a percentage.</summary>
    public static PhysicalMemory Make(int percentFull)
    {
        var random = new Random(Seed);
        var memory = PhysicalMemory.Create(
        [
            new("area", MemoryKind.Contiguous, new(0, AreaPages)),
            new("ram", MemoryKind.System, new(AreaPages, BoardPages - AreaPages)),
        ]).Value;
        foreach (var tenants in Regions)
        {
            memory = Thin(Fill(memory, tenants, random), tenants, random, percentFull);
        }

        return memory;
    }

    private static PhysicalMemory Fill(PhysicalMemory memory, Tenants tenants, Random random)
    {
        for (var number = 0; ; number++)
        {
            var token = new AllocationToken(string.Create(CultureInfo.InvariantCulture, $"{tenants.Region}-{number}"), 0);
            var (next, reply) = memory.Allocate(new(
                token, tenants.NextPages(random) << 12, DmaConstraints.Unconstrained, tenants.HighestAddress, "any"));
            if (!reply.TryGetValue(out var storage) || !storage.Regions.SequenceEqual([tenants.Region]))
            {
                return memory;
            }

            memory = next;
        }
    }

    private static PhysicalMemory Thin(PhysicalMemory memory, Tenants tenants, Random random, int percentFull)
    {
        var held = memory.Allocations.Where(held => held.Storage.Regions.SequenceEqual([tenants.Region])).ToArray();
        random.Shuffle(held);
        var use = memory.Describe().Single(region => region.Name == tenants.Region);
        var surplus = (long)use.HeldBytes - (long)(use.SizeBytes / 100 * (ulong)percentFull);
        foreach (var allocation in held.TakeWhile(_ => surplus > 0))
        {
            memory = memory.Free(allocation.Request.Token);
            surplus -= (long)allocation.Storage.PageCount << 12;
        }

        return memory;
    }

    /// <summary>The buffers of one region; as many small ones as large ones, sizes spread evenly over their logarithm.</summary>
    private sealed record Tenants(string Region, ulong HighestAddress, int PagesMin, int PagesMax)
    {
        public ulong NextPages(Random random) =>
            (ulong)(PagesMin * Math.Pow(PagesMax / (double)PagesMin, random.NextDouble()));
    }
}
