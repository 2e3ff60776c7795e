using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Http;

/// <summary>The certificate of the HTTP API. It is read again when its files change: a renewed one needs no restart.</summary>
internal sealed class HttpTls
{
    private readonly WatchedFiles<SslStreamCertificateContext> _certificate;

    /// <summary>Reads the certificate of a silo that has one.</summary>
    /// <param name="settings">Name its files.</param>
    /// <param name="time">The clock that tells when to look again.</param>
    /// <param name="log">Is told when the files cannot be read any more.</param>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public HttpTls(SiloSettings settings, TimeProvider time, ILogger log) => _certificate = new(
        Setting.HttpCertificate,
        [settings.HttpCertificate!, settings.HttpKey ?? settings.HttpCertificate!],
        texts => Parse(texts[0], texts[1]),
        time,
        log);

    /// <summary>The options of a new connection.</summary>
    public SslServerAuthenticationOptions Options => new() { ServerCertificateContext = _certificate.Value };

    private static SslStreamCertificateContext Parse(string certificate, string key)
    {
        try
        {
            using var parsed = X509Certificate2.CreateFromPem(certificate, key);
            var others = new X509Certificate2Collection();
            others.ImportFromPem(certificate);

            // Windows cannot use a key that was never stored.
            var usable = X509CertificateLoader.LoadPkcs12(parsed.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(usable, others, offline: true);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            // The text of the exception may be that of a key.
            throw new FormatException("it is not a certificate with its key: expected PEM, and the key without a password there or in http-key.");
        }
    }
}
