using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace DmaGrains.Experiments.Results;

/// <summary>
/// Records of one type, as a folder of Parquet files with a bounded number of rows. Every file is complete: a Parquet file is readable only
/// once its end is written, so a single large file would be lost when the process is killed or the disk is full.
/// </summary>
/// <param name="folder">The folder, created with the first file.</param>
/// <param name="columns">Its columns.</param>
internal sealed class RecordTable(string folder, params RecordColumn[] columns)
{
    /// <summary>The most rows of a file.</summary>
    public const int RowsMax = 65_536;

    private readonly ParquetSchema _schema = new(columns.Select(column => column.Field));
    private int _rows;
    private int _files;

    /// <summary>Ends a row, for which all columns have a value.</summary>
    public void EndRow()
    {
        if (++_rows == RowsMax)
        {
            Flush();
        }
    }

    /// <summary>Writes pending rows.</summary>
    public void Flush()
    {
        if (_rows == 0)
        {
            return;
        }

        WholeFile.Try(folder, () => Directory.CreateDirectory(folder));
        using var stream = new MemoryStream();
        WriteAsync(stream).GetAwaiter().GetResult();
        WholeFile.Write(
            Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{_files:D5}.parquet")), stream.GetBuffer().AsSpan(0, (int)stream.Length));
        _files++;
        _rows = 0;
        foreach (var column in columns)
        {
            column.Clear();
        }
    }

    /// <summary>Writes into memory, so this completes synchronously.</summary>
    private async Task WriteAsync(MemoryStream stream)
    {
        await using var writer = await ParquetWriter.CreateAsync(_schema, stream);
        using var group = writer.CreateRowGroup();
        foreach (var column in columns)
        {
            await column.WriteAsync(group);
        }
    }
}
