using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DmaGrains.Benchmarks.Model;

/// <summary>The kernel's algorithm in C, built with gcc -O2 and loaded until the process ends.</summary>
internal sealed unsafe class PageWalk
{
    private readonly delegate* unmanaged<ulong*, nuint, uint, nuint> _buildAndFree;

    public PageWalk()
    {
        var folder = Directory.CreateTempSubdirectory("sg_pages");
        var path = Path.Combine(folder.FullName, "libsg_pages.so");
        Compile(path);
        var library = NativeLibrary.Load(path);
        _buildAndFree = (delegate* unmanaged<ulong*, nuint, uint, nuint>)
            NativeLibrary.GetExport(library, "sg_build_and_free");
        folder.Delete(recursive: true);
    }

    /// <summary>Builds a table with whole-page segments and frees it.</summary>
    /// <returns>Its entries.</returns>
    public int BuildAndFree(ReadOnlySpan<ulong> pfns, uint maxSegmentSize)
    {
        fixed (ulong* first = pfns)
        {
            return (int)_buildAndFree(first, (nuint)pfns.Length, maxSegmentSize);
        }
    }

    private static void Compile(string path)
    {
        string[] arguments = ["-O2", "-shared", "-fPIC", "-o", path, "-x", "c", "-"];
        using var gcc = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardInput = true })!;
        using (var source = typeof(PageWalk).Assembly.GetManifestResourceStream("sg_pages.c")!)
        {
            source.CopyTo(gcc.StandardInput.BaseStream);
        }

        gcc.StandardInput.Close();
        gcc.WaitForExit();
        if (gcc.ExitCode != 0)
        {
            throw new InvalidOperationException($"gcc ended with {gcc.ExitCode}.");
        }
    }
}
