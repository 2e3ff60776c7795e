using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace DmaGrains.Reports;

/// <summary>A list of words with their meanings, in order.</summary>
/// <typeparam name="T">The type of the meanings, usually an enumeration.</typeparam>
/// <remarks>Meanings are boxed: for dictionaries of enumerations, the runtime would compile all code once per enumeration at each start.</remarks>
public sealed class Vocabulary<T> : IEnumerable<KeyValuePair<string, T>>
{
    private readonly OrderedDictionary<string, object?> _words = [];

    /// <summary>Creates an empty vocabulary.</summary>
    public Vocabulary()
    {
    }

    /// <summary>Creates a vocabulary of these words.</summary>
    public Vocabulary(IEnumerable<KeyValuePair<string, T>> words)
    {
        foreach (var (word, meaning) in words)
        {
            this[word] = meaning;
        }
    }

    /// <summary>The words.</summary>
    public IReadOnlyCollection<string> Keys => _words.Keys;

    /// <summary>How many words.</summary>
    public int Count => _words.Count;

    /// <summary>What a word means.</summary>
    /// <exception cref="KeyNotFoundException">It is none of the words.</exception>
    public T this[string word]
    {
        get => (T)_words[word]!;
        init => _words[word] = value;
    }

    /// <summary>Whether it is one of the words.</summary>
    public bool ContainsKey(string word) => _words.ContainsKey(word);

    /// <summary>What a word means, if it is one.</summary>
    public bool TryGetValue(string word, [MaybeNullWhen(false)] out T meaning)
    {
        var isWord = _words.TryGetValue(word, out var boxed);
        meaning = isWord ? (T)boxed! : default;
        return isWord;
    }

    /// <summary>The word for what has one.</summary>
    /// <exception cref="InvalidOperationException">No word means that.</exception>
    public string WordFor(T meaning)
    {
        foreach (var (word, boxed) in _words)
        {
            if (Equals(boxed, meaning))
            {
                return word;
            }
        }

        throw new InvalidOperationException($"No word means {meaning}.");
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator()
    {
        foreach (var (word, meaning) in _words)
        {
            yield return new(word, (T)meaning!);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
