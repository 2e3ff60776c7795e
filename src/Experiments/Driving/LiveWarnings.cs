using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;

namespace DmaGrains.Experiments.Driving;

/// <summary>Warnings about repetitions on grains whose figures do not mean what the file asks for.</summary>
public static class LiveWarnings
{
    /// <summary>The share of the latency above which a delay matters, in percent.</summary>
    public const double ShareMax = 10;

    // The resolution of .NET's timers, in nanoseconds.
    private const double ExactNanoseconds = 2e6;

    /// <summary>The warnings, one line each.</summary>
    public static ImmutableArray<string> Of(Repetition repetition)
    {
        ArgumentNullException.ThrowIfNull(repetition);
        var measures = repetition.Measures;
        var lines = ImmutableArray.CreateBuilder<string>();
        if (measures["behind-share"] > ShareMax && measures["behind-p99"] > ExactNanoseconds)
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"commands were sent late: 1 % by more than {Times.Format(measures["behind-p99"])}, {measures["behind-share"]:0.#} % of the latency, "
                    + $"which is not the cluster's: expected at most {ShareMax} %; fewer commands, or a faster machine to send them from"));
        }

        Add("arrivals-missed", "buffers did not come, because more than {0} were there: the cluster serves fewer than arrive", LiveRun.SessionsMax);
        Add("uses-missed", "uses were left out, because those before were not answered: the cluster serves fewer than are due", 0);
        return lines.ToImmutable();

        void Add(string measure, string says, int number)
        {
            if (measures[measure] > 0)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{measures[measure]} {string.Format(CultureInfo.InvariantCulture, says, number)}"));
            }
        }
    }
}
