using System.Globalization;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes what happened to a buffer for people, with local times.</summary>
internal static class HistoryText
{
    private const string Unknown = "before times were kept";

    /// <summary>A line for each event, after one that says what is missing.</summary>
    public static void Write(Terminal terminal, HistoryReport history)
    {
        if (history.Gap)
        {
            terminal.Line("Earlier events are not kept any more.");
        }

        foreach (var told in history.Events)
        {
            var time = told.Time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? Unknown;
            var name = told.Name is null ? string.Empty : $" {told.Name}";
            var of = told.Of is null ? string.Empty : $" of {told.Of}";
            var caller = told.Caller is null ? string.Empty : $" by {told.Caller}";
            var why = string.Join(", ", new[] { told.Importer, told.Field }.OfType<string>());
            terminal.Line(
                $"{time}  {told.Id,-5} {told.Command}{name}{of}{caller}: ", told.Outcome, told.Outcome == Vocabulary.Ok,
                why.Length == 0 ? string.Empty : $" ({why})");
        }
    }
}
