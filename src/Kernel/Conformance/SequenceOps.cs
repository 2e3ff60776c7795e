using DmaGrains.Model;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The operations of a record about one allocator, with what each answered.</summary>
internal static class SequenceOps
{
    /// <summary>The most operations of a record; a real record has a few hundred.</summary>
    public const int LengthMax = 16_384;

    /// <summary>The most devices of a record.</summary>
    public const int DevicesMax = 64;

    /// <summary>The longest answer that a message shows, in characters.</summary>
    private const int ShownMax = 60;

    private const string Ok = "\"ok\"";

    /// <summary>Carries operations out in order and compares each answer.</summary>
    /// <param name="record">The record, with <c>ops</c> and <c>expect</c>.</param>
    /// <param name="gives">The word that gives back what an earlier operation got: <c>free</c> or <c>unmap</c>.</param>
    /// <param name="take">Carries out an operation that is not that; answers what it got and what the record calls it; null and the refusal's word when refused.</param>
    /// <param name="give">Gives back what an operation got.</param>
    public static Mismatch? Run<T>(
        VectorField record, string gives, Func<VectorField, (T? Got, string Answer)> take, Action<T> give)
        where T : struct
    {
        var ops = record.Member("ops").Items(0, LengthMax);
        var answers = record.Member("expect").Items(ops.Length, ops.Length);
        var got = new T?[ops.Length];
        for (var index = 0; index < ops.Length; index++)
        {
            var answer = Ok;
            if (ops[index].Items(2, 4) is [var word, var number] && word.Text() == gives)
            {
                var earlier = number.Number32(int.MaxValue);
                if (earlier >= index || got[earlier] is not { } held)
                {
                    throw number.Unexpected("an earlier operation whose result is still held");
                }

                give(held);
                got[earlier] = null;
            }
            else
            {
                (got[index], answer) = take(ops[index]);
            }

            if (answers[index].Shown is var expected && expected != answer)
            {
                return Differing($"expect[{index}]", expected, answer);
            }
        }

        return null;
    }

    /// <summary>What both say where they first differ.</summary>
    private static Mismatch Differing(string place, string expected, string actual)
    {
        var same = expected.AsSpan().CommonPrefixLength(actual);
        var from = same < ShownMax / 2 ? 0 : same - (ShownMax / 4);
        var before = from == 0 ? string.Empty : "…";
        return new($"{place} {before}{HarmlessText.Cut(expected[from..], ShownMax)}", $"{before}{HarmlessText.Cut(actual[from..], ShownMax)}");
    }
}
