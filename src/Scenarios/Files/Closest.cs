namespace DmaGrains.Scenarios.Files;

/// <summary>Suggestions for misspelt words.</summary>
public static class Closest
{
    private const int LettersPerSlip = 3;

    /// <summary>The known word that is closest to what was written; null when none is close.</summary>
    /// <remarks>Close means at most one wrong, missing, extra or swapped letter for every three letters.</remarks>
    public static string? To(string written, IEnumerable<string> known) => known
        .Select(word => (word, slips: Slips(written, word)))
        .Where(near => near.slips <= Math.Max(1, Math.Min(written.Length, near.word.Length) / LettersPerSlip))
        .OrderBy(near => near.slips)
        .Select(near => near.word)
        .FirstOrDefault(word => word.Length > 1);

    /// <summary>The expected words, for the end of a message, with a suggestion first.</summary>
    public static string Expecting(string written, IReadOnlyCollection<string> known) => Expecting(written, known, Quoted.AnyOf(known));

    /// <summary>A suggestion, if there is one, and what was expected.</summary>
    /// <param name="written">The word.</param>
    /// <param name="known">The words that are known.</param>
    /// <param name="expected">What was expected, in words.</param>
    public static string Expecting(string written, IEnumerable<string> known, string expected) => To(written, known) is { } meant
        ? $"did you mean {meant}? Expected {expected}"
        : $"expected {expected}";

    /// <summary>The optimal string alignment distance.</summary>
    private static int Slips(string written, string word)
    {
        if (Math.Abs(written.Length - word.Length) > Math.Max(1, word.Length / LettersPerSlip))
        {
            return int.MaxValue;
        }

        var rows = new int[written.Length + 1, word.Length + 1];
        for (var i = 0; i <= written.Length; i++)
        {
            for (var j = 0; j <= word.Length; j++)
            {
                rows[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1,
                        rows[i - 1, j - 1] + (written[i - 1] == word[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && written[i - 1] == word[j - 2] && written[i - 2] == word[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[written.Length, word.Length];
    }
}
