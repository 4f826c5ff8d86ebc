using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>Certificates and keys in PEM files. Every error names the file.</summary>
internal static class PemFiles
{
    /// <summary>Larger files are not read: they are something else.</summary>
    public const int MaxBytes = 64 * 1024;

    private const UnixFileMode OfOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly string[] KeyLabels = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isSecret">Whether it is refused if every user of the machine may open it.</param>
    /// <exception cref="CertificateException">It is missing, unreadable, too large or open to all.</exception>
    public static string Read(string path, bool isSecret = false)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (isSecret && (File.GetUnixFileMode(file) & OfOthers) != 0)
                throw new CertificateException($"the key {path} is open to every user of this machine: chmod 600 it, and issue a new one if somebody else may have read it");
            var bytes = new byte[MaxBytes + 1];
            var length = RandomAccess.Read(file, bytes, 0);
            return length <= MaxBytes ? Encoding.UTF8.GetString(bytes, 0, length) : throw new CertificateException($"{path} has more than {MaxBytes / 1024} KiB: it is not a PEM file of certificates or a key");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CertificateException($"{path} is not there: make it with 'orchestrator certs' (docs/TRUST.md), or correct the path");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} cannot be read: {error.Message}");
        }
    }

    /// <summary>The certificates in a text, in its order; one at least.</summary>
    /// <exception cref="CertificateException">There is none, or one is malformed.</exception>
    public static X509Certificate2Collection Certificates(string text, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException error)
        {
            throw new CertificateException($"{path} has a malformed certificate: {error.Message}");
        }
        if (certificates.Count > 0)
            return certificates;
        throw new CertificateException(Labels(text).Any(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            ? $"{path} is a private key, not a certificate: name the file with '-----BEGIN CERTIFICATE-----' in it"
            : $"{path} has no certificate: a PEM file with '-----BEGIN CERTIFICATE-----' is needed");
    }

    /// <summary>The first certificate of a text with its key.</summary>
    /// <exception cref="CertificateException">One of the two is missing or malformed, the key is encrypted, or it is another certificate's.</exception>
    public static X509Certificate2 Pair(string certificateText, string certificatePath, string keyText, string keyPath)
    {
        using var certificate = Certificates(certificateText, certificatePath)[0];
        var labels = Labels(keyText);
        if (!labels.Intersect(KeyLabels).Any())
        {
            throw new CertificateException(labels.Contains("ENCRYPTED PRIVATE KEY")
                ? $"the key {keyPath} is encrypted, and a node has nobody who types its passphrase: write it anew with 'openssl pkey -in {keyPath} -out NEW', mode 0600"
                : $"{keyPath} has no private key: a PEM file with '-----BEGIN PRIVATE KEY-----' is needed");
        }
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), keyText);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the key {keyPath} is not that of the certificate {certificatePath}, or malformed: put both files of one 'certs issue' there ({error.Message})");
        }
    }

    /// <summary>As <see cref="Pair"/>, of two files.</summary>
    /// <exception cref="CertificateException">See <see cref="Read"/> and <see cref="Pair"/>.</exception>
    public static X509Certificate2 ReadPair(string certificatePath, string keyPath) => Pair(Read(certificatePath), certificatePath, Read(keyPath, isSecret: true), keyPath);

    private static HashSet<string> Labels(string text)
    {
        var labels = new HashSet<string>(StringComparer.Ordinal);
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            labels.Add(rest[fields.Label].ToString());
            rest = rest[fields.Location.End..];
        }
        return labels;
    }
}
