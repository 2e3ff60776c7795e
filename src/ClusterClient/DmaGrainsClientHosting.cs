using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DmaGrains.ClusterClient;

/// <summary>
/// Adds a client of a DmaGrains cluster to a program: services can inject <see cref="IGrainFactory"/> or <see cref="IClusterClient"/>. The
/// client connects before the program's own services start, and disconnects after they have stopped. Invalid options, including unknown
/// keys of the configuration section, stop the program at its start.
/// </summary>
public static class DmaGrainsClientHosting
{
    /// <summary>Adds a client with the options of the configuration section <c>DmaGrains</c>.</summary>
    /// <param name="builder">The program's builder.</param>
    /// <param name="configure">Sets options after the section; null for none.</param>
    public static IHostApplicationBuilder AddDmaGrainsClient(
        this IHostApplicationBuilder builder, Action<DmaGrainsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDmaGrainsClient(builder.Configuration.GetSection(DmaGrainsClientOptions.Section), configure);
        return builder;
    }

    /// <summary>Adds a client with the options of the configuration section <c>DmaGrains</c>.</summary>
    /// <param name="builder">The program's builder.</param>
    /// <param name="configure">Sets options after the section; null for none.</param>
    public static IHostBuilder AddDmaGrainsClient(this IHostBuilder builder, Action<DmaGrainsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices((context, services) =>
            services.AddDmaGrainsClient(context.Configuration.GetSection(DmaGrainsClientOptions.Section), configure));
    }

    /// <summary>Adds a client with the options of a configuration section.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="section">The section.</param>
    /// <param name="configure">Sets options after the section; null for none.</param>
    public static IServiceCollection AddDmaGrainsClient(
        this IServiceCollection services, IConfiguration section, Action<DmaGrainsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<DmaGrainsClientOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
        return services.AddDmaGrainsClient(configure ?? (_ => { }));
    }

    /// <summary>Adds a client with options that are set in code.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Sets options.</param>
    /// <exception cref="InvalidOperationException">The services already have a client of another cluster or a silo.</exception>
    public static IServiceCollection AddDmaGrainsClient(this IServiceCollection services, Action<DmaGrainsClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<DmaGrainsClientOptions>().Configure(configure).ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(HostedClient)))
        {
            return services;
        }

        if (services.Any(service => service.ServiceType == typeof(IGrainFactory)))
        {
            throw new InvalidOperationException(
                "The program already has grains, of a silo or of another Orleans client: expected one source of grains, or DmaGrainsClient.ConnectAsync.");
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DmaGrainsClientOptions>, DmaGrainsClientOptionsValidator>());
        services.AddSingleton<HostedClient>();
        services.AddHostedService(provider => provider.GetRequiredService<HostedClient>());
        services.AddSingleton<IClusterClient, ForwardingClient>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<IClusterClient>());
        return services;
    }
}
