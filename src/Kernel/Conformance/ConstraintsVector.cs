using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>constraints</c> record: attaches and detaches, and the buffer's constraints after each.</summary>
internal static class ConstraintsVector
{
    /// <summary>The most devices and the most steps of one record; a real record has up to 12 and 40.</summary>
    public const int LengthMax = 1024;

    private const string AsPosted = "expect_as_posted";
    private const string RolledBack = "expect_rolled_back";

    /// <summary>Null: no exporter refuses, so both agree; where one does, the expectation would be ambiguous.</summary>
    private static readonly (string Key, RefusedAttach? Reading)[] _readings =
        [("expect", null), (AsPosted, RefusedAttach.LeftNarrowed), (RolledBack, RefusedAttach.RolledBack)];

    public static Mismatch? Check(VectorField record)
    {
        var getters = ReadGetters(record.Member("getters"));
        var devices = record.Member("devices").Items(0, LengthMax).Select(ConstraintsOp.ReadParameters).ToArray();
        var fields = record.Member("ops").Items(0, LengthMax);
        var steps = fields.Select(field => new OrderedOp(field, ConstraintsOp.Read(field, devices.Length))).ToArray();

        foreach (var expected in ReadExpectations(record, steps))
        {
            var replay = new ConstraintsReplay([.. devices], getters, expected.Reading);
            if (FirstMismatch(replay, steps, expected) is { } mismatch)
            {
                return mismatch;
            }
        }

        return null;
    }

    private static Mismatch? FirstMismatch(ConstraintsReplay replay, OrderedOp[] steps, Expectation expected)
    {
        for (var index = 0; index < steps.Length; index++)
        {
            var actual = replay.Apply(steps[index].Op)
                ?? throw steps[index].Field.Unexpected("an attachment that is still attached");
            if (actual != expected.Outcomes[index])
            {
                return new($"{expected.Key}[{index}] {expected.Outcomes[index]}", $"{actual}");
            }
        }

        return null;
    }

    private static ParameterDefaults ReadGetters(VectorField field) => field.Text() switch
    {
        "direct" => ParameterDefaults.Direct,
        "rfcv3" => ParameterDefaults.RfcV3,
        "v6.1" => ParameterDefaults.V61,
        _ => throw field.Unexpected("direct, rfcv3 or v6.1"),
    };

    /// <summary>All expectations are read before the first step is taken, so that a bad line is not half run.</summary>
    private static List<Expectation> ReadExpectations(VectorField record, OrderedOp[] steps)
    {
        var refuses = steps.Any(step => step.Op is ConstraintsOp.AttachRefused);
        var expectations = new List<Expectation>();
        foreach (var (key, reading) in _readings)
        {
            if (record.MemberOrNull(key) is not { } field)
            {
                continue;
            }

            if (reading is null && refuses)
            {
                throw record.Fault($"{key} together with attach-refused", $"{AsPosted} or {RolledBack}");
            }

            var outcomes = field.Items(steps.Length, steps.Length)
                .Zip(steps, (outcome, step) => ConstraintsOutcome.Read(outcome, step.Op));
            expectations.Add(new(key, reading ?? RefusedAttach.RolledBack, [.. outcomes]));
        }

        return expectations.Count != 0
            ? expectations
            : throw record.Fault("no expectation", refuses ? $"{AsPosted} or {RolledBack}" : "expect");
    }

    private sealed record OrderedOp(VectorField Field, ConstraintsOp Op);

    /// <summary>The outcomes that one field of the record expects, one for each step.</summary>
    private sealed record Expectation(string Key, RefusedAttach Reading, ConstraintsOutcome[] Outcomes);
}
