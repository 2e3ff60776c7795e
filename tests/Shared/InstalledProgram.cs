using System.ComponentModel;
using System.Diagnostics;

namespace DmaGrains.Tests.Shared;

/// <summary>A program of the machine, or one that a test has compiled.</summary>
internal static class InstalledProgram
{
    /// <summary>Runs it to its end; the test is skipped when there is no such program.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="missing">What the test then says.</param>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string folder, string missing, string program, params string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip(missing);
            throw;
        }

        using (process)
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output, await error);
        }
    }
}
