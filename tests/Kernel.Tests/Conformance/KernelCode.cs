using System.Text.RegularExpressions;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Conformance;

/// <summary>Programs of <c>tests/kernel-code</c>, which print what functions of the kernel's source answer to random operations.</summary>
/// <remarks>The functions are taken from the source when the tests run: what is not of a kernel's own headers stands in <c>stand-ins.h</c>.</remarks>
internal sealed partial class KernelCode : IDisposable
{
    private const string Version = "6.12";

    // A whole file where no names are given.
    private static readonly (string Header, (string File, string[] Names)[] Parts)[] _headers =
    [
        ("kernel-scatterlist.h",
        [
            ("include/linux/scatterlist.h",
            [
                "struct scatterlist", "struct sg_table", "struct sg_append_table", "__sg_flags", "sg_chain_ptr", "sg_is_chain", "sg_is_last", "sg_assign_page", "sg_set_page", "sg_page", "__sg_chain",
                "sg_mark_end", "sg_init_marker",
            ]),
            ("lib/scatterlist.c", ["sg_next", "sg_init_table", "get_next_sg", "pages_are_mergeable", "sg_alloc_append_table_from_pages"]),
        ]),
        ("kernel-rbtree.h", [("include/linux/rbtree_types.h", []), ("include/linux/rbtree.h", []), ("include/linux/rbtree_augmented.h", []), ("lib/rbtree.c", [])]),
        ("kernel-iova.h",
        [
            ("include/linux/iova.h", ["struct iova", "struct iova_domain", "iova_size", "iova_shift", "iova_mask", "iova_offset", "iova_align", "iova_align_down", "iova_dma_addr", "iova_pfn"]),
            ("drivers/iommu/iova.c", []),
        ]),
        ("kernel-dma-iommu.h",
        [
            ("drivers/iommu/dma-iommu.c", ["iommu_dma_alloc_iova", "iommu_dma_free_iova", "__iommu_dma_unmap", "__finalise_sg", "__invalidate_sg", "iommu_dma_map_sg", "iommu_dma_unmap_sg"]),
        ]),
        ("kernel-swiotlb-types.h", [("include/linux/swiotlb.h", ["struct io_tlb_pool"]), ("kernel/dma/swiotlb.c", ["struct io_tlb_slot", "struct io_tlb_area"])]),
        ("kernel-swiotlb.h",
        [
            ("include/linux/iommu-helper.h", ["iommu_is_span_boundary"]),
            ("kernel/dma/swiotlb.c",
            [
                "io_tlb_offset", "nr_slots", "swiotlb_init_io_tlb_pool", "swiotlb_align_offset", "slot_addr", "get_max_slots", "wrap_area_index", "swiotlb_search_pool_area", "swiotlb_find_slots",
                "swiotlb_tbl_map_single", "swiotlb_release_slots",
            ]),
        ]),
        ("kernel-cma.h", [("lib/bitmap.c", ["bitmap_find_next_zero_area_off"])]),
        ("kernel-buddy.h", [("mm/page_alloc.c", ["buddy_merge_likely", "__free_one_page", "expand", "page_del_and_expand", "__rmqueue_smallest"])]),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dmagrains-");

    private string? _release;

    private KernelCode()
    {
    }

    /// <summary>Takes the functions; the test is skipped when the source is not installed.</summary>
    public static async Task<KernelCode> TakeAsync()
    {
        var code = new KernelCode();
        try
        {
            code._release = await SourceArchive.UnpackAsync(Version, _headers.SelectMany(header => header.Parts).Select(part => part.File), code._folder.FullName);
            Assert.SkipWhen(code._release is null, SourceArchive.Missing(Version));
            foreach (var (header, parts) in _headers)
            {
                await File.WriteAllTextAsync(
                    code.PathOf(header), string.Concat(parts.Select(part => Taken(File.ReadAllText(code.PathOf(part.File)), part.Names))), TestContext.Current.CancellationToken);
            }

            return code;
        }
        catch
        {
            code.Dispose();
            throw;
        }
    }

    /// <summary>Compiles a program and runs it.</summary>
    /// <returns>The path of what it printed.</returns>
    public async Task<string> PrintAsync(string program, string name, int sequences, int seed)
    {
        var (compiled, printed) = (PathOf($"{program}-{name}"), PathOf($"{name}.jsonl"));
        var folder = Path.Combine(AppContext.BaseDirectory, "kernel-code");
        var compiling = await RunAsync("gcc", "-O1", "-w", "-std=gnu11", "-I", folder, "-I", _folder.FullName, "-o", compiled, Path.Combine(folder, $"{program}.c"));
        Assert.SkipWhen(compiling.Code != 0 && _release != SourceArchive.Release, $"skipped: functions of Linux {_release} need other stand-ins than those of {SourceArchive.Release}");
        Assert.True(compiling.Code == 0, $"gcc ended with {compiling.Code}: {compiling.Error}");
        var run = await RunAsync(compiled, $"{sequences}", $"{seed}", name);
        Assert.True(run.Code == 0, $"{program} ended with {run.Code}: {run.Error}");
        await File.WriteAllTextAsync(printed, run.Output, TestContext.Current.CancellationToken);
        return printed;
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private static string Taken(string text, string[] names) =>
        names.Length == 0 ? Include().Replace(text, string.Empty) : string.Concat(names.Select(name => Definition(text, name)));

    /// <summary>A definition, which the kernel writes from the first column to a brace there; empty when there is none.</summary>
    private static string Definition(string text, string name)
    {
        var head = name.StartsWith("struct ", StringComparison.Ordinal) ? $@"^{name} \{{" : $@"^[a-z_][\w \t\n*]*?\b{name}\([^;{{]*\{{";
        var match = Regex.Matches(text, head, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)).LastOrDefault();

        // The compiler says what is missing.
        return match is null ? string.Empty : text[match.Index..(text.IndexOf("\n}", match.Index, StringComparison.Ordinal) + 2)] + (name.StartsWith("struct ", StringComparison.Ordinal) ? ";\n" : "\n");
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string program, params string[] arguments) =>
        InstalledProgram.RunAsync(_folder.FullName, $"skipped: no {program} (apt-get install gcc libc6-dev)", program, arguments);

    [GeneratedRegex("^#include.*$", RegexOptions.Multiline)]
    private static partial Regex Include();
}
