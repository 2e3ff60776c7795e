using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.Doctoring;
using DmaGrains.Kernel.Logs;
using DmaGrains.Kernel.Tests.Capturing;

namespace DmaGrains.Kernel.Tests.Doctoring;

/// <summary>What a machine's files say of its shared buffers.</summary>
public sealed class DoctorTests
{
    private const string Bufinfo = "sys/kernel/debug/dma_buf/bufinfo";

    private const string Listing = """

        Dma-buf Objects:
        size    	flags   	mode    	count   	exp_name	ino     	name
        00065536	00000002	00080007	00000002	system	00000017	frame
        	Attached Devices:
        	0000:00:02.0
        	ghost
        Total 2 devices attached


        Total 1 objects, 65536 bytes

        """;

    [Fact]
    public void Who_holds_what_is_told_and_who_is_not_known()
    {
        using var machine = AnyMachine.ServerWith((Bufinfo, Listing));

        var report = Examine(machine);

        Assert.Equal((1, 65536UL), (report.Buffers!.BufferCount, report.Buffers.SizeBytes));
        Assert.Equal(["0000-00-02.0", null], report.Buffers.Holders.OrderBy(holder => holder.Device).Select(holder => holder.BoardDevice));
        Assert.Contains(report.Unknown, unknown => unknown.Path == "ghost");
        Assert.True(report.Good);
    }

    [Fact]
    public void A_machine_that_shows_nothing_says_so()
    {
        using var machine = AnyMachine.Phone();

        var report = Examine(machine);

        Assert.Null(report.Buffers);
        Assert.Null(report.DmaApiErrors);
        Assert.All(
            (string[])["/sys/kernel/debug/dma-api/error_count", "/sys/kernel/debug/dma_buf/bufinfo", "/sys/kernel/debug/swiotlb/io_tlb_nslabs", "/sys/kernel/mm/cma"],
            path => Assert.Contains(report.Unknown, unknown => unknown.Path == path));
        Assert.Equal(report.Unknown.Length, report.Unknown.DistinctBy(unknown => unknown.Path).Count());
    }

    [Theory]
    [InlineData("sys/kernel/mm/cma/reserved/alloc_pages_fail", "12", "reserved", "12 pages were asked for in vain")]
    [InlineData("sys/kernel/debug/swiotlb/io_tlb_used_hiwater", "32768", "bounce pool", "it has been full")]
    public void A_pool_that_ran_out_is_a_risk(string file, string text, string pool, string risk)
    {
        using var machine = AnyMachine.ServerWith((file, text));

        var report = Examine(machine);

        Assert.Equal(risk, report.Pools.Single(one => one.Name == pool).Risk);
        Assert.False(report.Good);
    }

    [Fact]
    public void Errors_of_debugging_and_of_the_log_are_a_risk()
    {
        using var counted = AnyMachine.ServerWith(("sys/kernel/debug/dma-api/error_count", "2"));
        using var quiet = AnyMachine.ServerWith(("sys/kernel/debug/dma-api/error_count", "0"));
        using var log = new MemoryStream("[ 1.0] i915 0000:00:02.0: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used 0 (slots)\n"u8.ToArray());

        Assert.False(Examine(counted).Good);
        Assert.True(Examine(quiet).Good);
        Assert.False(Examine(quiet, KernelLog.Read(log, "dmesg")).Good);
    }

    [Fact]
    public void A_listing_that_is_none_is_not_good()
    {
        using var machine = AnyMachine.ServerWith((Bufinfo, "nonsense"));

        var report = Examine(machine);

        Assert.False(report.Good);
        Assert.NotEmpty(report.Buffers!.Problems);
    }

    private static DoctorReport Examine(AnyMachine machine, KernelLog? log = null)
    {
        var tree = new MachineTree(machine.Root);
        return Doctor.Examine(tree, Capture.Of(tree, null), log);
    }
}
