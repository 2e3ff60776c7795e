using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The journals of all grains as one log: rows are only ever added at its end and removed from its beginning. Where each grain's rows lie
/// is known in memory. For one thread at a time, inside the transactions of <see cref="SqliteFile"/>.
/// </summary>
/// <remarks>
/// <para>A row has the next id, so that ids have no gaps and a start sees when a row is missing. A snapshot carries its grain's name, an entry
/// only its number. The file's record of itself says which ids must be there at least. Small rows of a transaction share rows of the table:
/// <see cref="JournalPack"/>.</para>
/// <para>When the rows that nobody needs outweigh the others, the log is cleaned from its beginning, a little in each transaction: grains whose
/// snapshot lies there are written once more at the end, with their entries, and the beginning is removed. So the rows of each grain are in
/// order, and reading the log from its beginning gives the index.</para>
/// </remarks>
internal sealed class SqliteJournal : IDisposable
{
    /// <summary>The usual bytes of rows that nobody needs at which cleaning begins, beyond as many as are needed.</summary>
    public const long UnneededBytesMax = 4 << 20;

    // What a row takes besides name and payload: its id, its header, number, sequence, checksum, a pointer.
    private const int RowBytes = 24;

    // What a transaction cleans for each byte that it adds: at first no more than that, because rows that are needed now often are not when
    // their turn comes, and this much when there is three times what is needed.
    private const int CleanBytesMax = 4;

    // After a failure, which cleaning may have caused, so many transactions do without.
    private const int PatienceCommits = 100;

    // Room that is made at once; a damaged number must not ask for more.
    private const int GrainsExpectedMax = 1 << 24;

    // Free pages are used again before the file grows. It shrinks, some pages in each transaction, when a quarter of it is free.
    private const int ShrinkPages = 64;
    private const int FreePagesMax = 1024;
    private const int FreeShare = 4;

    private readonly string _path;
    private readonly long _unneededBytesMax;
    private readonly bool _shrinks;
    private readonly JournalIndex _index = new();
    private readonly JournalPack _pack = new();
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _scan;
    private readonly SqliteStatement _remove;
    private readonly SqliteStatement _note;
    private readonly SqliteStatement _pages;
    private readonly SqliteStatement _shrink;

    private Extent _now;
    private Extent _committed;
    private bool _mayShrink;
    private int _cleanAfter;

    /// <summary>Reads where everything lies.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="unneededBytesMax">The bytes of rows that nobody needs at which cleaning begins, beyond as many as are needed.</param>
    /// <exception cref="StorageException">A row is missing or damaged in what tells where it belongs.</exception>
    public SqliteJournal(SqliteConnection connection, string path, long unneededBytesMax)
    {
        (_path, _unneededBytesMax) = (path, unneededBytesMax);
        var database = connection.Handle!;
        _insert = new(database, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _read = new(database, "SELECT id, grain, sequence, name, payload FROM journal WHERE id <= ?1 ORDER BY id DESC LIMIT 1");
        _scan = new(
            database,
            """
            SELECT id, grain, sequence, checksum, name, length(payload), CASE WHEN grain < 0 THEN payload END
            FROM journal WHERE id >= ?1 ORDER BY id
            """);
        _remove = new(database, "DELETE FROM journal WHERE id <= ?1");
        _note = new(database, "UPDATE dmagrains_schema SET journal_first = ?1");
        _pages = new(database, "SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count");
        _shrink = new(database, string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({ShrinkPages})"));
        _shrinks = connection.Ask("PRAGMA auto_vacuum") is 2L;
        _mayShrink = _shrinks;
        Load(connection);
    }

    /// <summary>The id of the last row.</summary>
    public long Last => _now.Last;

    /// <summary>The number of grains.</summary>
    public int Grains => _index.Count;

    /// <summary>The bytes of the rows that are still needed.</summary>
    public long LiveBytes => _index.LiveBytes;

    /// <summary>The bytes of all rows.</summary>
    public long SizeBytes => _now.SizeBytes;

    /// <summary>A grain's last snapshot and the entries after it, in order.</summary>
    /// <exception cref="StorageException">A row is missing.</exception>
    public ImmutableArray<JournalRow> Read(string grain)
    {
        if (_index.Find(JournalIndex.HashOf(Utf8Key.Of(grain, stackalloc byte[Utf8Key.UsualBytes]))) is not { } number)
        {
            return [];
        }

        var rows = _index.RowsOf(number);
        var read = ImmutableArray.CreateBuilder<JournalRow>(rows.Length);
        var sequence = _index.FirstOf(number);
        foreach (var row in rows)
        {
            var found = Find(row, number, sequence, isSnapshot: read.Count == 0);
            read.Add(new(sequence++, found.IsSnapshot, found.Payload.ToArray()));
            _read.Reset();
        }

        return read.MoveToImmutable();
    }

    /// <summary>Writes a row if it is its journal's next one; false otherwise, and nothing is changed.</summary>
    public bool TryWrite(string grain, JournalRow row)
    {
        var name = Utf8Key.Of(grain, stackalloc byte[Utf8Key.UsualBytes]);
        var hash = JournalIndex.HashOf(name);
        var known = _index.Find(hash);
        if (!row.Follows(known is { } written ? _index.LastOf(written) : 0))
        {
            return false;
        }

        name = row.IsSnapshot ? name : [];
        var next = known ?? _index.Count;
        Insert(next, row.Sequence, row.IsSnapshot, name, row.Payload);
        Place(known ?? _index.Add(hash), row.Sequence, row.IsSnapshot, RowBytes + name.Length + row.Payload.Length);
        return true;
    }

    /// <summary>Writes what waits to share a row, and does a little of the cleaning that is due. Called before a commit.</summary>
    public void Finish()
    {
        Flush();
        Clean();
        Flush();
    }

    /// <summary>The transaction was committed.</summary>
    public void Commit()
    {
        _index.Commit();
        _committed = _now;
    }

    /// <summary>The transaction was rolled back.</summary>
    public void RollBack()
    {
        _index.RollBack();
        _pack.Clear();
        _now = _committed;
        _cleanAfter = PatienceCommits;
    }

    /// <summary>Everything that is wrong with rows that are needed.</summary>
    public IEnumerable<string> Damage()
    {
        for (var number = 0; number < _index.Count; number++)
        {
            foreach (var damage in DamageOf(number))
            {
                yield return damage;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _read, _scan, _remove, _note, _pages, _shrink })
        {
            statement.Dispose();
        }
    }

    private void Insert(int number, long sequence, bool isSnapshot, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        var row = new LogRow(number, sequence, LogRow.ChecksumOf(number, sequence, name, payload.Length), isSnapshot, name, payload);
        if (_pack.TryAdd(row))
        {
            return;
        }

        Flush();
        if (!_pack.TryAdd(row))
        {
            Insert(_now.Last + 1, row);
        }
    }

    /// <summary>Writes the rows that wait to share a row of the table.</summary>
    private void Flush()
    {
        if (_pack.Count == 0)
        {
            return;
        }

        var first = _now.Last - _pack.Count + 1;
        var rows = _pack.Bytes;
        if (_pack.Count > 1)
        {
            var checksum = LogRow.ChecksumOf(JournalPack.Grain, _pack.Count, [], rows.Length);
            Insert(first, new(JournalPack.Grain, _pack.Count, checksum, isSnapshot: false, [], rows));
        }
        else if (JournalPack.TryTake(ref rows, out var alone))
        {
            Insert(first, alone);
        }

        _pack.Clear();
    }

    private void Insert(long id, in LogRow row)
    {
        _insert.Bind(1, id);
        _insert.Bind(2, row.Grain);
        _insert.Bind(3, row.Sequence);
        _insert.Bind(4, row.Checksum);
        if (row.IsSnapshot)
        {
            _insert.BindText(5, row.Name);
        }
        else
        {
            _insert.BindNull(5);
        }

        _insert.Bind(6, row.Payload);
        _insert.Run();
    }

    private void Place(int number, long sequence, bool isSnapshot, int sizeBytes)
    {
        Advance(sizeBytes);
        if (isSnapshot)
        {
            _index.Begin(number, _now.Last, sequence, sizeBytes);
        }
        else
        {
            _index.Append(number, _now.Last, sizeBytes);
        }
    }

    private void Advance(int sizeBytes) => _now = _now with { Last = _now.Last + 1, SizeBytes = _now.SizeBytes + sizeBytes };

    /// <summary>Goes to a row. What it gives is valid until the statement is reset.</summary>
    private LogRow Find(long row, int number, long sequence, bool isSnapshot)
    {
        _read.Bind(1, row);
        if (_read.Next() && TryRead(row, out var found) && found.Grain == number && found.Sequence == sequence && found.IsSnapshot == isSnapshot)
        {
            return found;
        }

        _read.Reset();
        throw Damaged($"row {row} of its journal is not number {sequence} of grain {number}");
    }

    /// <summary>A row of the log in the row of the table that was found.</summary>
    private bool TryRead(long row, out LogRow found)
    {
        var (first, grain) = (_read.NumberAt(0), _read.NumberAt(1));
        var payload = _read.BytesAt(4);
        if (grain != JournalPack.Grain)
        {
            found = new(grain, _read.NumberAt(2), checksum: 0, !_read.IsNullAt(3), _read.BytesAt(3), payload);
            return first == row;
        }

        found = default;
        for (var place = first; place <= row; place++)
        {
            if (!JournalPack.TryTake(ref payload, out found))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does a little of the cleaning that is due.</summary>
    private void Clean()
    {
        if (_cleanAfter > 0)
        {
            _cleanAfter--;
            return;
        }

        var added = _now.SizeBytes - _committed.SizeBytes;
        var needed = LiveBytes + _unneededBytesMax;
        if (added > 0 && SizeBytes - LiveBytes - needed is > 0 and var excess)
        {
            Clean(Math.Clamp(CleanBytesMax * excess / needed, 1, CleanBytesMax) * added);
        }

        if (_mayShrink)
        {
            Shrink();
        }
    }

    /// <summary>Removes the oldest rows, after grains that need them were written once more at the end.</summary>
    private void Clean(long budgetBytes)
    {
        var (cleaned, removedBytes, isDue) = (0L, 0L, new List<int>());
        _scan.Bind(1, _now.First);
        try
        {
            while (budgetBytes > 0 && _scan.Next())
            {
                var rows = new ScannedRows(this);
                while (rows.Next())
                {
                    (cleaned, removedBytes, budgetBytes) = (rows.Id, removedBytes + rows.SizeBytes, budgetBytes - rows.SizeBytes);
                    if (rows.Row.IsSnapshot && _index.SnapshotOf(rows.Number) == rows.Id)
                    {
                        isDue.Add(rows.Number);
                        budgetBytes -= rows.SizeBytes;
                    }
                }
            }
        }
        finally
        {
            _scan.Reset();
        }

        isDue.ForEach(Move);
        _remove.Bind(1, cleaned);
        _remove.Run();
        _note.Bind(1, cleaned + 1);
        _note.Run();
        _now = _now with { First = cleaned + 1, SizeBytes = _now.SizeBytes - removedBytes };
        _mayShrink = _shrinks;
    }

    private void Move(int number)
    {
        var rows = _index.RowsOf(number);
        var sequence = _index.FirstOf(number);
        foreach (var row in rows)
        {
            var isSnapshot = row == rows[0];
            var found = Find(row, number, sequence, isSnapshot);
            try
            {
                Insert(number, sequence, isSnapshot, found.Name, found.Payload);
                Place(number, sequence, isSnapshot, RowBytes + found.Name.Length + found.Payload.Length);
            }
            finally
            {
                _read.Reset();
            }

            sequence++;
        }
    }

    private void Shrink()
    {
        _pages.Next();
        var (free, all) = (_pages.NumberAt(0), _pages.NumberAt(1));
        _pages.Reset();
        _mayShrink = free > FreePagesMax && free > all / FreeShare;
        if (_mayShrink)
        {
            _shrink.Run();
        }
    }

    private void Load(SqliteConnection connection)
    {
        var first = (long)connection.Ask("SELECT journal_first FROM dmagrains_schema")!;
        var atLeast = (long)connection.Ask("SELECT journal_last FROM dmagrains_schema")!;
        _index.Expect(Math.Clamp((int)(long)connection.Ask("SELECT journal_grains FROM dmagrains_schema")!, 0, GrainsExpectedMax));
        _now = new(first, first - 1, 0);
        _scan.Bind(1, long.MinValue);
        try
        {
            while (_scan.Next())
            {
                var rows = new ScannedRows(this);
                while (rows.Next())
                {
                    if (rows.Id != _now.Last + 1)
                    {
                        throw Damaged($"row {_now.Last + 1} of its journal is missing");
                    }

                    Load(rows);
                }
            }
        }
        finally
        {
            _scan.Reset();
        }

        if (_now.Last < atLeast)
        {
            throw Damaged($"rows {_now.Last + 1} to {atLeast} of its journal are missing");
        }

        for (var number = 0; number < _index.Count; number++)
        {
            if (_index.SnapshotOf(number) == 0)
            {
                throw Damaged($"the snapshot of grain {number} of its journal is missing");
            }
        }

        Commit();
    }

    private void Load(scoped in ScannedRows rows)
    {
        if (rows.Row.IsSnapshot)
        {
            _index.Name(rows.Number, JournalIndex.HashOf(rows.Row.Name));
        }
        else if (_index.SnapshotOf(rows.Number) == 0)
        {
            // Its snapshot was removed: another one follows, or a copy of both.
            _index.Reserve(rows.Number);
            Advance(rows.SizeBytes);
            return;
        }
        else if (rows.Row.Sequence != _index.LastOf(rows.Number) + 1)
        {
            throw Damaged(
                $"row {rows.Id} of its journal is number {rows.Row.Sequence} of grain {rows.Number}, whose last one is {_index.LastOf(rows.Number)}");
        }

        Place(rows.Number, rows.Row.Sequence, rows.Row.IsSnapshot, rows.SizeBytes);
    }

    private IEnumerable<string> DamageOf(int number)
    {
        var rows = _index.RowsOf(number);
        var sequence = _index.FirstOf(number);
        var grain = string.Empty;
        foreach (var row in rows)
        {
            var damage = DamageOf(row, number, sequence, isSnapshot: row == rows[0], ref grain);
            if (damage is not null)
            {
                yield return damage;
            }

            sequence++;
        }
    }

    private string? DamageOf(long row, int number, long sequence, bool isSnapshot, ref string grain)
    {
        try
        {
            var found = Find(row, number, sequence, isSnapshot);
            grain = isSnapshot ? Encoding.UTF8.GetString(found.Name) : grain;
            var isWhole = SealedJournal.IsWhole(grain, new(sequence, isSnapshot, found.Payload.ToArray()));
            _read.Reset();
            return isWhole ? null : $"the checksum of row {sequence} of the journal of {grain} does not match";
        }
        catch (Exception problem) when (problem is StorageException or SqliteException)
        {
            return OneLine.Of(problem.Message);
        }
    }

    private StorageException WrongChecksum(long row) => Damaged($"the checksum of row {row} of its journal does not match");

    private StorageException Damaged(string how) => new($"{_path} is damaged ({how}): restore a copy.");

    /// <summary>What the log is.</summary>
    /// <param name="First">The id of its first row.</param>
    /// <param name="Last">The id of its last row, one before the first when there is none.</param>
    /// <param name="SizeBytes">The bytes of its rows.</param>
    private readonly record struct Extent(long First, long Last, long SizeBytes);

    /// <summary>The rows of the log in the row of the table that the scan is at.</summary>
    private ref struct ScannedRows
    {
        private readonly SqliteJournal _journal;
        private readonly bool _isPack;
        private readonly long _last;
        private ReadOnlySpan<byte> _left;

        /// <summary>Before the first row.</summary>
        public ScannedRows(SqliteJournal journal)
        {
            var scan = journal._scan;
            _journal = journal;
            _isPack = scan.NumberAt(1) == JournalPack.Grain;
            _left = scan.BytesAt(6);
            Id = scan.NumberAt(0) - 1;
            _last = Id + (_isPack ? scan.NumberAt(2) : 1);
            if (_isPack && LogRow.ChecksumOf(JournalPack.Grain, scan.NumberAt(2), [], _left.Length) != scan.NumberAt(3))
            {
                throw journal.WrongChecksum(Id + 1);
            }
        }

        /// <summary>The row's id.</summary>
        public long Id { get; private set; }

        /// <summary>The row; without its payload where it has a row of the table for itself.</summary>
        public LogRow Row { get; private set; }

        /// <summary>The number of its grain.</summary>
        public int Number => (int)Row.Grain;

        /// <summary>What it takes in the log.</summary>
        public int SizeBytes { get; private set; }

        /// <summary>Goes to the next row; false when there is none.</summary>
        public bool Next()
        {
            if (Id == _last)
            {
                return _left.IsEmpty ? false : throw _journal.WrongChecksum(_last);
            }

            Id++;
            if (!_isPack)
            {
                var scan = _journal._scan;
                var name = scan.BytesAt(4);
                Set(new(scan.NumberAt(1), scan.NumberAt(2), (int)scan.NumberAt(3), !scan.IsNullAt(4), name, []), (int)scan.NumberAt(5));
            }
            else if (JournalPack.TryTake(ref _left, out var row))
            {
                Set(row, row.Payload.Length);
            }
            else
            {
                throw _journal.WrongChecksum(Id);
            }

            return true;
        }

        private void Set(LogRow row, int payloadBytes)
        {
            if (LogRow.ChecksumOf(row.Grain, row.Sequence, row.Name, payloadBytes) != row.Checksum)
            {
                throw _journal.WrongChecksum(Id);
            }

            Row = row;
            SizeBytes = RowBytes + row.Name.Length + payloadBytes;
        }
    }
}
