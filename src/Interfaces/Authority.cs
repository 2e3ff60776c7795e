using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmaGrains.Interfaces;

/// <summary>An authority of a cluster's own: whoever has a certificate from it belongs to the cluster.</summary>
internal sealed class Authority
{
    /// <summary>The purpose of a silo's certificate (id-kp-serverAuth, RFC 5280).</summary>
    public const string Server = "1.3.6.1.5.5.7.3.1";

    /// <summary>The purpose of a client's certificate (id-kp-clientAuth, RFC 5280).</summary>
    public const string Client = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _between = [];

    private Authority(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) ? _roots : _between).Add(certificate);
        }
    }

    /// <summary>Reads it from a PEM file, with authorities in between.</summary>
    /// <exception cref="CryptographicException">The file has no certificate that stands for itself.</exception>
    public static Authority Read(string file) => Parse(File.ReadAllText(file));

    /// <summary>Reads it from PEM.</summary>
    /// <exception cref="CryptographicException">There is no certificate that stands for itself.</exception>
    public static Authority Parse(string text)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        var authority = new Authority(certificates);
        return authority._roots.Count > 0 ? authority : throw new CryptographicException("There is no authority.");
    }

    /// <summary>Reads a certificate with its key from PEM files.</summary>
    public static X509Certificate2 ReadOwn(string file, string keyFile) => ParseOwn(File.ReadAllText(file), File.ReadAllText(keyFile));

    /// <summary>Reads a certificate with its key from PEM.</summary>
    public static X509Certificate2 ParseOwn(string certificate, string key)
    {
        using var parsed = X509Certificate2.CreateFromPem(certificate, key);

        // Windows cannot use a key that was never stored.
        return X509CertificateLoader.LoadPkcs12(parsed.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether it vouches for a certificate, now and for that purpose.</summary>
    public bool VouchesFor(X509Certificate2 certificate, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.ExtraStore.AddRange(_between);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(certificate);
    }
}
