using DmaGrains.Silo.Settings;

namespace DmaGrains.Silo.Hosting;

/// <summary>The text of <c>--help</c>.</summary>
internal static class Help
{
    /// <summary>Writes every setting with its purpose.</summary>
    /// <param name="output">Gets them.</param>
    /// <param name="program">The program, for the example.</param>
    public static void Write(TextWriter output, string program)
    {
        output.WriteLine("A silo: hosts boards, devices and buffers until it is stopped.");
        output.WriteLine();
        output.WriteLine("Settings, each as --NAME VALUE, as DMAGRAINS_NAME in the environment, or in appsettings.json:");
        var width = Setting.All.Max(setting => setting.Name.Length);
        foreach (var setting in Setting.All)
        {
            output.WriteLine($"  --{setting.Name.PadRight(width)}  {setting.Purpose}");
            output.WriteLine($"  {string.Empty.PadRight(width)}    {setting.Expected}");
        }

        output.WriteLine();
        output.WriteLine("Instead of a silo:");
        output.WriteLine("  --check FILE  Reads everything in a SQLite file that no silo has open, and says what is damaged.");
        output.WriteLine("  --version     Prints the version.");
        output.WriteLine("  -h, --help    Prints this.");
        output.WriteLine();
        output.WriteLine("Example:");
        output.WriteLine($"  {program} --data dmagrains.db --health-port 8080");
    }
}
