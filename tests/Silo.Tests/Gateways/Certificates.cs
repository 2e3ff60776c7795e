using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Gateways;

/// <summary>An authority of a cluster's own, and certificates from it, as PEM files.</summary>
internal sealed class Certificates : IDisposable
{
    private const string Server = "1.3.6.1.5.5.7.3.1";
    private const string Client = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder;
    private readonly string _name;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public Certificates(TemporaryFolder folder, string name = "cluster")
    {
        (_folder, _name) = (folder, name);
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Ca = folder.File($"{name}-ca.pem");
        File.WriteAllText(Ca, _authority.ExportCertificatePem());
    }

    /// <summary>The authority.</summary>
    public string Ca { get; }

    /// <summary>A silo's certificate and key.</summary>
    public string Silo(string? host = null) => Write("silo", [Server, Client], names =>
    {
        if (host is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddDnsName(host);
        }
    });

    /// <summary>A client's certificate and key.</summary>
    public string ForClient() => Write("client", [Client], names => names.AddDnsName("client.example"));

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    private string Write(string name, string[] purposes, Action<SubjectAlternativeNameBuilder> addNames)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        addNames(names);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(OidsOf(purposes), critical: false));
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        var file = _folder.File($"{_name}-{name}.pem");
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        return file;
    }

    private static OidCollection OidsOf(string[] purposes)
    {
        var oids = new OidCollection();
        Array.ForEach(purposes, purpose => oids.Add(new Oid(purpose)));
        return oids;
    }
}
