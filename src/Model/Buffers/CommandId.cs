using System.Globalization;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// Identifies one command or export: the caller and its number. A buffer's name carries out each id at most once, even after it is exported
/// again.
/// </summary>
/// <param name="Caller">The caller, a valid <see cref="ModelName"/>, used by one process only.</param>
/// <param name="Number">From 1; a caller's numbers only grow.</param>
[GenerateSerializer, Immutable, Alias("dma.command-id")]
public readonly record struct CommandId(string Caller, long Number)
{
    private const string Field = nameof(DmaCommand.Id);

    /// <summary>Null when the id is valid.</summary>
    /// <returns>EINVAL naming Id.</returns>
    /// <remarks>The only place that decides this.</remarks>
    public Refusal? Check() =>
        !ModelName.IsValid(Caller) ? ModelName.Check(Caller, Field)
        : Number < 1 ? Refusal.Of(Errno.EINVAL, Field, $"Id {this} has the number {Number}: expected 1 to {long.MaxValue}.")
        : null;

    /// <summary>Reads <c>caller/number</c>.</summary>
    /// <returns>EINVAL naming Id.</returns>
    public static DmaResult<CommandId> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !long.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return DmaResult.Refuse<CommandId>(Refusal.Of(
                Errno.EINVAL, Field, $"'{(text.Length <= 80 ? text : $"{text[..80]}…")}' is not an id: expected CALLER/NUMBER, such as cam0/1."));
        }

        var id = new CommandId(text[..slash], number);
        return id.Check() is { } refusal ? DmaResult.Refuse<CommandId>(refusal) : DmaResult.Grant(id);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Caller}/{Number}");
}
