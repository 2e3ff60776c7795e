using System.Globalization;

namespace DmaGrains.Kernel.Tests.Conformance;

/// <summary>Holds placement against the kernel's own functions, compiled here, on sequences that nobody has seen before.</summary>
/// <remarks><c>KERNEL_SEQUENCES</c> says how many of each kind, <c>KERNEL_SEED</c> which.</remarks>
public sealed class KernelCodeTests
{
    [Fact]
    public async Task Random_sequences_are_answered_as_compiled_functions_of_the_kernel_answer_them()
    {
        var (sequences, seed) = (Setting("KERNEL_SEQUENCES", 400), Setting("KERNEL_SEED", Random.Shared.Next(1, 1_000_000)));
        using var kernel = await KernelCode.TakeAsync();
        foreach (var (program, name) in new[] { ("scatterlist", "scatterlist"), ("iova", "iova"), ("iova", "iommu_place"), ("swiotlb", "swiotlb"), ("cma", "cma"), ("buddy", "buddy") })
        {
            var report = Kernel.Conformance.Conformance.Run(await kernel.PrintAsync(program, name, sequences, seed));

            TestContext.Current.SendDiagnosticMessage($"{name}: {report.Passed} sequences agree, seed {seed}");
            Assert.True(report.Failed == 0, $"{name}, seed {seed}: {report.Failed} differ, first {report.Failures.FirstOrDefault()}");

            // What nobody should copy is left out; the programs say why.
            Assert.InRange(report.Passed, sequences / 2, sequences);
        }
    }

    private static int Setting(string name, int other) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : other;
}
