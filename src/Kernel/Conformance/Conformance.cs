using System.Collections.Immutable;

namespace DmaGrains.Kernel.Conformance;

/// <summary>Checks the model against vector files: facts printed by kernel code, one JSON object per line.</summary>
/// <remarks>The rules are in the model; this only reads records, asks the model, and compares.</remarks>
public static class Conformance
{
    /// <summary>Runs every record of a file. Blank lines are skipped; the kind follows from the fields.</summary>
    /// <param name="path">A file of one kind of record.</param>
    /// <exception cref="VectorFileException">The file cannot be read, or a line is not a record of its kind.</exception>
    public static ConformanceReport Run(string path)
    {
        if (!File.Exists(path))
        {
            var found = Directory.Exists(path) ? "a directory" : "no such file";
            throw new VectorFileException(path, 0, $"{found}; expected a vector file");
        }

        try
        {
            using var reader = new StreamReader(path);
            return Run(path, new VectorLines(reader, path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new VectorFileException(path, 0, $"{fault.Message.TrimEnd('.')}; expected a file that can be read");
        }
    }

    /// <summary>Runs every record of a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">Records of one kind.</param>
    /// <exception cref="VectorFileException">A line is not a record of its kind.</exception>
    public static ConformanceReport Run(string name, Stream stream)
    {
        using var reader = new StreamReader(stream);
        return Run(name, new VectorLines(reader, name));
    }

    private static ConformanceReport Run(string path, VectorLines lines)
    {
        VectorFormat? format = null;
        var passed = 0;
        var failed = 0;
        var failures = ImmutableArray.CreateBuilder<ConformanceFailure>();
        while (lines.TryReadNext(out var line))
        {
            using var document = line.Parse();
            var record = new VectorField(document.RootElement, line);
            format = VectorFormat.Of(record, format);
            var id = record.Member("id").Text();
            if (format.Check(record) is not { } mismatch)
            {
                passed++;
            }
            else if (failed++ < ConformanceReport.FailuresMax)
            {
                failures.Add(new(id, line.Number, mismatch.Expected, mismatch.Actual));
            }
        }

        return format is null
            ? throw new VectorFileException(path, 1, $"no record; expected {VectorFormat.Known}")
            : new(NameOf(path), format.Kind, passed, failed, 0, failures.ToImmutable()) { Reference = format.Reference };
    }

    private static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        return name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? name[..^".jsonl".Length] : name;
    }
}
