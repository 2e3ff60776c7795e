using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using Microsoft.Extensions.Options;

namespace DmaGrains.ClusterClient;

/// <summary>Finds all faults of options, each in one line with the option's name.</summary>
internal sealed class DmaGrainsClientOptionsValidator : IValidateOptions<DmaGrainsClientOptions>
{
    private const int RetriesMax = 100;
    private const int TextMax = 80;
    private const int TokenMax = 256;

    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DmaGrainsClientOptions options)
    {
        var faults = FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Validates options outside a host.</summary>
    /// <exception cref="OptionsValidationException">Options are invalid; the exception lists all faults.</exception>
    public static void Check(DmaGrainsClientOptions options)
    {
        var faults = FaultsOf(options).ToList();
        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(DmaGrainsClientOptions), faults);
        }
    }

    private static IEnumerable<string> FaultsOf(DmaGrainsClientOptions options) =>
    [
        .. Named(nameof(options.ClusterId), options.ClusterId),
        .. Named(nameof(options.ServiceId), options.ServiceId),
        .. Gateways(options.Gateways),
        .. options.Tls?.Faults(nameof(options.Tls)) ?? [],
        .. Token(options.Token),
        .. Within(nameof(options.ConnectTimeout), options.ConnectTimeout, _shortest, _longest),
        .. Within(nameof(options.ConnectRetries), options.ConnectRetries, 0, int.MaxValue),
        .. Within(nameof(options.NextGatewayDelay), options.NextGatewayDelay, TimeSpan.Zero, _longest),
        .. Within(nameof(options.ResponseTimeout), options.ResponseTimeout, _shortest, _longest),
        .. Within(nameof(options.Retries), options.Retries, 0, RetriesMax),
        .. Within(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.Zero, _longest),
    ];

    private static IEnumerable<string> Named(string option, string? value) =>
        string.IsNullOrWhiteSpace(value) ? [$"{option} is empty: expected the name that the silos use, such as '{ClusterDefaults.ClusterId}'."] : [];

    private static IEnumerable<string> Token(string? token) => token is null || (token.Length is > 0 and <= TokenMax && token.All(letter => letter is > ' ' and < '\u007f'))
        ? []
        : [$"{nameof(DmaGrainsClientOptions.Token)} is not a token: expected 1 to {TokenMax} letters, digits and signs, without spaces."];

    private static IEnumerable<string> Gateways(IList<string> gateways) => gateways.Count == 0
        ? [$"{nameof(DmaGrainsClientOptions.Gateways)} is empty: expected a list of at least one {Gateway.Expected}."]
        : gateways.Select((text, index) => (text, index))
            .Where(given => !Gateway.TryParse(given.text, out _))
            .Select(given => string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(DmaGrainsClientOptions.Gateways)}[{given.index}] '{HarmlessText.Short(given.text ?? string.Empty, TextMax)}' is not an address: expected {Gateway.Expected}."));

    private static IEnumerable<string> Within<T>(string option, T value, T least, T most)
        where T : IComparable<T> => value.CompareTo(least) < 0 || value.CompareTo(most) > 0
            ? [string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: expected {least} to {most}.")]
            : [];
}
