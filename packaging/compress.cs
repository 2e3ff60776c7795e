// Compresses packages as far as the format goes: NuGet stops early. usage: dotnet run packaging/compress.cs -- PACKAGE...
using System.IO.Compression;

foreach (var package in args)
{
    var smaller = $"{package}.smaller";
    using (var from = ZipFile.OpenRead(package))
    using (var to = ZipFile.Open(smaller, ZipArchiveMode.Create))
    {
        foreach (var entry in from.Entries)
        {
            var copy = to.CreateEntry(entry.FullName, CompressionLevel.SmallestSize);
            copy.LastWriteTime = entry.LastWriteTime;
            copy.ExternalAttributes = entry.ExternalAttributes;
            using var input = entry.Open();
            using var output = copy.Open();
            input.CopyTo(output);
        }
    }

    File.Move(smaller, package, overwrite: true);
}
