using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace DmaGrains.Silo.Gateways;

/// <summary>
/// TLS of a silo's own ports. Silos show each other certificates of the cluster's authority that are for servers; clients show one where a
/// setting wants it. Certificates are read again when their files change.
/// </summary>
internal sealed class SiloTls
{
    private readonly WatchedFiles<X509Certificate2> _own;
    private readonly WatchedFiles<Authority> _authority;
    private readonly bool _clientsShowOne;

    /// <summary>Reads the files of a silo that has them.</summary>
    /// <exception cref="FormatException">They cannot be read; one line that names the setting.</exception>
    public SiloTls(SiloSettings settings, TimeProvider time, ILogger log)
    {
        var certificate = settings.TlsCertificate!;
        _own = new(Setting.TlsCertificate, [certificate, settings.TlsKey ?? certificate], ParseOwn, time, log);
        _authority = new(Setting.TlsCa, [settings.TlsCa!], ParseAuthority, time, log);
        _clientsShowOne = settings.TlsClients;
        _ = (_own.Value, _authority.Value);
    }

    /// <summary>Makes a silo use it.</summary>
    public static void AddTo(ISiloBuilder silo, SiloSettings settings)
    {
        // They tell of each handshake that fails with a stack trace.
        silo.Services.AddLogging(logging => logging.AddFilter("Orleans.Connections.Security", LogLevel.Error));
        silo.Services.AddSingleton(services => new SiloTls(
            settings, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category)));
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => Serve(connection, "silo", othersShowOne: true, Authority.Server));
            connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(Of(connection).Options(true, Authority.Server)));
            connections.ConfigureGatewayInboundConnection(
                connection => Serve(connection, "client", Of(connection)._clientsShowOne, Authority.Client));
        });
    }

    /// <summary>Hears those who come in over TLS, and says who does not get through it.</summary>
    private static void Serve(IConnectionBuilder connection, string who, bool othersShowOne, string purpose)
    {
        var log = connection.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category);
        connection.Use(next => async context =>
        {
            await next(context);
            if (context.Features.Get<ITlsApplicationProtocolFeature>() is null)
            {
                log.HandshakeFailed(who, $"{context.RemoteEndPoint}", othersShowOne ? ", and a certificate from it" : string.Empty);
            }
        });
        connection.UseServerTls(Of(connection).Options(othersShowOne, purpose));
    }

    private static SiloTls Of(IConnectionBuilder connection) => connection.ApplicationServices.GetRequiredService<SiloTls>();

    private TlsOptions Options(bool othersShowOne, string purpose) => new()
    {
        LocalCertificate = _own.Value,
        LocalServerCertificateSelector = (_, _) => _own.Value,
        LocalClientCertificateSelector = (_, _, _, _, _) => _own.Value,
        RemoteCertificateMode = othersShowOne ? RemoteCertificateMode.RequireCertificate : RemoteCertificateMode.NoCertificate,
        RemoteCertificateValidation = (certificate, _, _) => _authority.Value.VouchesFor(certificate, purpose),
        OnAuthenticateAsClient = (connection, options) => options.TargetHost = $"{(connection.RemoteEndPoint as System.Net.IPEndPoint)?.Address}",
    };

    private static X509Certificate2 ParseOwn(System.Collections.Immutable.ImmutableArray<string> texts)
    {
        X509Certificate2 own;
        try
        {
            own = Authority.ParseOwn(texts[0], texts[1]);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            // The text of the exception may be that of a key.
            throw new FormatException($"it is not a certificate with its key: expected PEM, and the key without a password there or in {Setting.TlsKey.Name}.");
        }

        return IsFor(own, Authority.Server) && IsFor(own, Authority.Client) ? own
            : throw new FormatException("the certificate is not for both servers and clients, which a silo is: expected both purposes, or none stated.");
    }

    private static Authority ParseAuthority(System.Collections.Immutable.ImmutableArray<string> texts)
    {
        try
        {
            return Authority.Parse(texts[0]);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new FormatException("it has no certificate that stands for itself: expected that of the cluster's own authority, as PEM.");
        }
    }

    private static bool IsFor(X509Certificate2 certificate, string purpose) => certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
        .All(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == purpose));
}
