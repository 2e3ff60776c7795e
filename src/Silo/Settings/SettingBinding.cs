using Microsoft.Extensions.Options;

namespace DmaGrains.Silo.Settings;

/// <summary>
/// Binds settings and reports all their faults at once. Whether settings go together is checked only when each is valid by itself, so that
/// one mistake is not reported twice.
/// </summary>
internal sealed class SettingBinding(SettingSources sources) : IConfigureOptions<SiloSettings>, IValidateOptions<SiloSettings>
{
    private readonly SettingReader _reader = new(sources);

    /// <inheritdoc/>
    public void Configure(SiloSettings options) => options.Take(_reader);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SiloSettings options)
    {
        List<string> faults = [.. sources.Faults, .. _reader.Faults];
        if (faults.Count == 0)
        {
            faults.AddRange(options.Faults());
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
