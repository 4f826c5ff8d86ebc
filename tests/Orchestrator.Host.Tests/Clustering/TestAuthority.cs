using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>An authority in a directory of its own, that also issues what no authority should.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Loopback = "127.0.0.1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-tls-");

    public TestAuthority(string name = "Test authority")
    {
        // Long ago, so that certificates that have expired can be issued.
        Certificate = CertificateAuthority.Create(name, TimeSpan.FromDays(400), Now - TimeSpan.FromDays(300));
        File = Path("authority.crt");
        System.IO.File.WriteAllText(File, Certificate.ExportCertificatePem() + "\n");
    }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate { get; }

    public string File { get; }

    public string Path(string name) => System.IO.Path.Combine(_directory.FullName, name);

    /// <summary>A node's certificate, of which <paramref name="hosts"/> are further names; valid since 5 minutes ago and for a day, unless told otherwise.</summary>
    public X509Certificate2 Issue(string node, string[] hosts, TimeSpan? age = null, TimeSpan? left = null) =>
        CertificateAuthority.Issue(Certificate, CertificateName.TryParse(node)!, hosts.Select(host => CertificateName.TryParse(host)!), Now + (left ?? TimeSpan.FromDays(1)), Now - (age ?? TimeSpan.Zero));

    /// <summary>A certificate as a test wants it.</summary>
    /// <param name="issuer">Its issuer, with its key; this authority by default.</param>
    /// <param name="change">Adds to a request that has only a subject.</param>
    public X509Certificate2 IssueOdd(Action<CertificateRequest> change, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        change(request);
        using var certificate = request.Create(issuer ?? Certificate, Now - TimeSpan.FromMinutes(1), Now + TimeSpan.FromHours(1), RandomNumberGenerator.GetBytes(16).Select(value => (byte)(value & 0x7f | 1)).ToArray());
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The same subject, names and usages as a node's, but signed by nobody but itself.</summary>
    public static X509Certificate2 SelfSigned(string node)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, HashAlgorithmName.SHA256);
        AddUsages(request, CertificateUsage.Server, CertificateUsage.Client);
        AddNames(request, node, Loopback);
        return request.CreateSelfSigned(Now - TimeSpan.FromMinutes(1), Now + TimeSpan.FromHours(1));
    }

    public static void AddUsages(CertificateRequest request, params Oid[] usages) => request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages], critical: false));

    public static void AddNames(CertificateRequest request, params string[] names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Select(name => CertificateName.TryParse(name)!))
        {
            if (name.Address is { } address)
                builder.AddIpAddress(address);
            else
                builder.AddDnsName(name.Text);
        }
        request.CertificateExtensions.Add(builder.Build());
    }

    /// <summary>A certificate and its key as a node's files; those of the same node are replaced.</summary>
    public ClusterTlsFiles Put(string node, X509Certificate2 certificate)
    {
        var files = new ClusterTlsFiles(Path(node + ".crt"), Path(node + ".key"), File);
        PutKey(files.Key, certificate);
        System.IO.File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        return files;
    }

    public static void PutKey(string path, X509Certificate2 certificate)
    {
        System.IO.File.WriteAllText(path, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>TLS of a node on loopback with a good certificate.</summary>
    public ClusterTls Tls(string node, TimeProvider? time = null, ILogger? log = null) =>
        ClusterTls.Load(Put(node, Issue(node, [Loopback])), [node, Loopback], time ?? TimeProvider.System, log ?? NullLogger.Instance);

    public void Dispose()
    {
        Certificate.Dispose();
        _directory.Delete(recursive: true);
    }
}
