using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Client.Output;

/// <summary>A line on a terminal that shows progress, and is erased at the end; elsewhere nothing is written.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    // A rate that has just begun to be measured may say anything.
    private const double MostSeconds = 1e9;

    private readonly TextWriter _error;
    private readonly bool _isTerminal;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _shown;
    private int _width;

    private ProgressLine(TextWriter error)
    {
        _error = error;
        _isTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    }

    /// <summary>What is being done.</summary>
    public string Title { get; set; } = "exploring";

    /// <summary>Writes to standard error of a command.</summary>
    public static ProgressLine Of(ParseResult parsed) => new(parsed.InvocationConfiguration.Error);

    /// <summary>Shows the progress.</summary>
    public void Show(ExplorationProgress progress)
    {
        if (IsDue())
        {
            Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{Title}: step {progress.Steps} of {progress.StepsMax}, {progress.States} states, {progress.States / _clock.Elapsed.TotalSeconds:F0} a second"));
        }
    }

    /// <summary>Shows how many steps are done.</summary>
    /// <param name="steps">Steps done.</param>
    /// <param name="stepsMax">Steps in total.</param>
    public void Show(int steps, int stepsMax)
    {
        if (IsDue())
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"{Title}: step {steps} of {stepsMax}"));
        }
    }

    /// <summary>Shows how much of an experiment is played, how fast, and how long the rest will take at this rate.</summary>
    public void Show(RunProgress progress)
    {
        if (IsDue())
        {
            var seconds = _clock.Elapsed.TotalSeconds;
            var left = Math.Min(seconds / Math.Max(progress.Share, double.Epsilon) * (1 - progress.Share), MostSeconds);
            Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{Title}: {100 * progress.Share:F1} %, {progress.Commands / seconds:F0} commands a second, {Whole(seconds):c}, {Whole(left):c} to go"));
        }

        static TimeSpan Whole(double seconds) => TimeSpan.FromSeconds(Math.Round(seconds));
    }

    private bool IsDue()
    {
        if (!_isTerminal || _clock.Elapsed - _shown < _pause)
        {
            return false;
        }

        _shown = _clock.Elapsed;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_width != 0)
        {
            Write(string.Empty);
            _error.Write('\r');
        }
    }

    /// <summary>Cut to the width: what wraps to a second line could not be erased.</summary>
    private void Write(string text)
    {
        text = text[..Math.Min(text.Length, Math.Max(Terminal.WidthOfConsole - 1, 0))];
        _error.Write('\r' + text.PadRight(_width));
        _width = text.Length;
    }
}
