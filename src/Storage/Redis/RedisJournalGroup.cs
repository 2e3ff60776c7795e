using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>Writes to journals, each to another one, that one script carries out. As a work item it completes them.</summary>
/// <param name="writes">The operations.</param>
/// <param name="key">The key of a grain's journal.</param>
/// <param name="explain">What a caller is told of a fault.</param>
internal sealed class RedisJournalGroup(JournalWrite[] writes, Func<string, RedisKey> key, Func<Exception, StorageException> explain)
    : IThreadPoolWorkItem
{
    // The next number after 0 is that of a journal that has not begun. A list grows first: a server that is full refuses that before
    // anything has changed. What fails for one journal is that one's result; the others are written.
    private const string Script =
        """
        local function write(key, sequence, kind, payload)
            local rows = redis.call('LLEN', key)
            local last = rows == 0 and 0 or redis.call('LINDEX', key, '0') + rows - 2
            if tonumber(sequence) ~= last + 1 then return 0 end
            if kind == 'snapshot' then
                redis.call('RPUSH', key, sequence, payload)
                redis.call('LTRIM', key, rows, '-1')
            elseif rows == 0 then
                return 0
            else
                redis.call('RPUSH', key, payload)
            end
            return 1
        end

        local results, are_written = {}, true
        for place, key in ipairs(KEYS) do
            local at = 3 * place
            local is_told, result = pcall(write, key, ARGV[at - 2], ARGV[at - 1], ARGV[at])
            results[place] = is_told and result or type(result) == 'table' and result.err or result
            are_written = are_written and results[place] == 1
        end
        return are_written or results
        """;

    private RedisResult[]? _results;

    /// <summary>Writes, and takes note of the results.</summary>
    public async Task WriteAsync(IDatabase database)
    {
        var values = new RedisValue[3 * writes.Length];
        var at = 0;
        foreach (var (sequence, isSnapshot, payload) in writes.Select(write => write.Row))
        {
            values[at++] = sequence;
            values[at++] = isSnapshot ? "snapshot" : "entry";
            values[at++] = payload;
        }

        var result = await database.ScriptEvaluateAsync(Script, Array.ConvertAll(writes, write => key(write.Grain)), values);
        _results = result.Resp2Type == ResultType.Array ? (RedisResult[]?)result : null;
    }

    /// <summary>Completes the operations after <see cref="WriteAsync"/>.</summary>
    public void Execute()
    {
        for (var place = 0; place < writes.Length; place++)
        {
            if (_results?[place] is { Resp2Type: not ResultType.Integer } told)
            {
                writes[place].Fail(explain(new RedisServerException((string)told!)));
            }
            else
            {
                writes[place].Complete(_results is null || (bool)_results[place]);
            }
        }
    }

    /// <summary>Completes the operations with a fault.</summary>
    public void Fail(StorageException why) => Array.ForEach(writes, write => write.Fail(why));
}
