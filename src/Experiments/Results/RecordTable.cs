using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace DmaGrains.Experiments.Results;

/// <summary>
/// Records of one type, as a folder of Parquet files of a bounded number of rows. A file that is there is whole: a Parquet file can be read
/// only when its end is written, so that one large file would be lost with a process that is killed, or with a full disk.
/// </summary>
/// <param name="folder">The folder, which is made with the first file.</param>
/// <param name="columns">Its columns.</param>
internal sealed class RecordTable(string folder, params RecordColumn[] columns)
{
    /// <summary>Most rows of a file.</summary>
    public const int RowsMax = 65_536;

    private readonly ParquetSchema _schema = new(columns.Select(column => column.Field));
    private int _rows;
    private int _files;

    /// <summary>All columns have got the value of a row.</summary>
    public void EndRow()
    {
        if (++_rows == RowsMax)
        {
            Flush();
        }
    }

    /// <summary>Writes the rows that are not written.</summary>
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

    /// <summary>Into memory: nothing here is waited for.</summary>
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
