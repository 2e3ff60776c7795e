using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Access;

/// <summary>
/// What some text files say. They are read again at most once a second, so that they can be replaced while the silo runs. Looking at times or
/// waiting for notices would miss links that lead elsewhere, as in volumes of Kubernetes.
/// </summary>
/// <typeparam name="T">What is read.</typeparam>
internal sealed class WatchedFiles<T>
{
    /// <summary>The longest file, in bytes.</summary>
    private const int LengthMax = 1 << 16;

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    private readonly Setting _setting;
    private readonly ImmutableArray<string> _files;
    private readonly Func<ImmutableArray<string>, T> _parse;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private T _value;
    private byte[] _hash;
    private long _lookedAt;
    private string? _fault;

    /// <summary>Reads the files.</summary>
    /// <param name="setting">The setting that names the first of them.</param>
    /// <param name="files">The files.</param>
    /// <param name="parse">Reads their texts; throws FormatException.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Is told once when they cannot be read any more.</param>
    /// <exception cref="FormatException">They cannot be read; one line that names the setting.</exception>
    public WatchedFiles(Setting setting, ImmutableArray<string> files, Func<ImmutableArray<string>, T> parse, TimeProvider time, ILogger log)
    {
        (_setting, _files, _parse, _time, _log) = (setting, files, parse, time, log);
        _lookedAt = time.GetTimestamp();
        var texts = ReadTexts();
        _hash = HashOf(texts);
        _value = Parse(texts);
    }

    /// <summary>What they say, or said when they could last be read.</summary>
    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_lookedAt) >= _period)
                {
                    _lookedAt = _time.GetTimestamp();
                    LookAgain();
                }

                return _value;
            }
        }
    }

    private void LookAgain()
    {
        try
        {
            var texts = ReadTexts();
            var hash = HashOf(texts);
            if (!hash.AsSpan().SequenceEqual(_hash))
            {
                _value = Parse(texts);
                _hash = hash;
            }

            _fault = null;
        }
        catch (FormatException problem)
        {
            if (problem.Message != _fault)
            {
                _fault = problem.Message;
                _log.FileIsNotReadAgain(problem.Message);
            }
        }
    }

    private T Parse(ImmutableArray<string> texts)
    {
        try
        {
            return _parse(texts);
        }
        catch (FormatException problem)
        {
            throw new FormatException($"{_setting.Name} {Shown(_files[0])}: {problem.Message}");
        }
    }

    private ImmutableArray<string> ReadTexts() => [.. _files.Select(ReadText)];

    private string ReadText(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[LengthMax + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LengthMax
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new FormatException($"{_setting.Name}: {Shown(file)} is too long: expected at most {LengthMax} bytes.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"{_setting.Name}: {Shown(file)} cannot be read: expected a file with read permission.");
        }
    }

    private static byte[] HashOf(ImmutableArray<string> texts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts)));

    private static string Shown(string file) => Scenarios.Files.Quoted.Text(file);
}
