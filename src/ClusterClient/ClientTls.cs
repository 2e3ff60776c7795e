using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmaGrains.Interfaces;
using Orleans.Connections.Security;

namespace DmaGrains.ClusterClient;

/// <summary>TLS of a client: which silos it trusts, and who it is.</summary>
public sealed class ClientTls
{
    /// <summary>The PEM file of the authority that vouches for the silos' certificates, and of those in between.</summary>
    public string? CaFile { get; set; }

    /// <summary>The PEM file of the client's own certificate, where silos want one; null for none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The PEM file of its private key; null when that is in the same file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>What is wrong with it; one line each.</summary>
    internal IEnumerable<string> Faults(string option)
    {
        if (string.IsNullOrEmpty(CaFile))
        {
            yield return $"{option}.{nameof(CaFile)} is not given: expected the PEM file of the authority that vouches for the silos.";
            yield break;
        }

        if (KeyFile is not null && CertificateFile is null)
        {
            yield return $"{option}.{nameof(KeyFile)} is given but not used: expected {nameof(CertificateFile)} with it.";
        }

        foreach (var fault in new[] { FaultOf(() => Authority.Read(CaFile), nameof(CaFile)), FaultOf(() => Own(), nameof(CertificateFile)) })
        {
            if (fault is not null)
            {
                yield return $"{option}.{fault}";
            }
        }
    }

    /// <summary>Makes a client use it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="hosts">The hosts that it may connect to: the silo's certificate is for one of them.</param>
    internal void AddTo(IClientBuilder client, IReadOnlyCollection<string> hosts)
    {
        var authority = Authority.Read(CaFile!);
        client.UseTls(tls =>
        {
            tls.LocalCertificate = Own();
            tls.ClientCertificateMode = RemoteCertificateMode.AllowCertificate;
            tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            tls.RemoteCertificateValidation = (certificate, _, _) =>
                authority.VouchesFor(certificate, Authority.Server) && hosts.Any(host => certificate.MatchesHostname(host.Trim('[', ']')));
            tls.OnAuthenticateAsClient = (connection, options) =>
                options.TargetHost = connection.RemoteEndPoint is IPEndPoint silo ? silo.Address.ToString() : string.Empty;
        });
    }

    private X509Certificate2? Own() => CertificateFile is { } file ? Authority.ReadOwn(file, KeyFile ?? file) : null;

    private static string? FaultOf(Action read, string name)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or FormatException)
        {
            // The text of the exception may be that of a key.
            return $"{name} cannot be read as PEM: expected a file with {(name == nameof(CaFile) ? "a certificate" : "a certificate and its key, without a password")}.";
        }
    }
}
