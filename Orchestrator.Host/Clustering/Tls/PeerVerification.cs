using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Whether the other end of a connection is a node of this cluster. The only place that decides it: remoting, the peer listener and its clients all ask here.</summary>
internal static class PeerVerification
{
    /// <summary>Why a certificate is not trusted, as words after "the certificate"; <see langword="null"/> if it is.</summary>
    /// <param name="certificate">What the other end presented; <see langword="null"/> if nothing.</param>
    /// <param name="role">What it must be allowed to be.</param>
    /// <param name="name">A name that it must be for: DNS name or IP address. <see langword="null"/> for any node: one that calls does not tell its name.</param>
    /// <param name="authorities">One of these must have issued it, directly. The system's authorities do not count.</param>
    /// <param name="now">The time.</param>
    public static string? Refusal(X509Certificate2? certificate, PeerRole role, string? name, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        if (certificate is null)
            return "is missing: the other end presented none";
        using var chain = new X509Chain { ChainPolicy = Policy(authorities, now) };
        if (!chain.Build(certificate))
            return Explain(chain, certificate, now);
        // An authority of this cluster issues nodes and nothing between them and it.
        if (chain.ChainElements.Count != 2)
            return "was not issued by the cluster's authority itself";
        var usage = role == PeerRole.Server ? CertificateUsage.Server : CertificateUsage.Client;
        if (!CertificateUsage.Allows(certificate, usage))
            return $"is not for a {usage.FriendlyName} (extended key usage)";
        return name is null ? null : NameRefusal(certificate, name);
    }

    /// <summary>Why a certificate is not for a name, as words after "the certificate"; <see langword="null"/> if it is.</summary>
    public static string? NameRefusal(X509Certificate2 certificate, string name) => CertificateName.TryParse(name)?.IsOf(certificate) == true
        ? null
        : $"is for {string.Join(", ", CertificateName.AllOf(certificate).Select(known => known.Text).DefaultIfEmpty("no name"))}, not for {name}";

    /// <summary>The authorities given and no other; nothing is asked of anybody, neither for certificates nor whether they are revoked.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Explain(X509Chain chain, X509Certificate2 certificate, DateTimeOffset now)
    {
        var problems = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if ((problems & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0)
            return "was not issued by the cluster's authority";
        if (now > certificate.NotAfter)
            return $"expired on {Text(certificate.NotAfter)}";
        if (now < certificate.NotBefore)
            return $"is not valid before {Text(certificate.NotBefore)}: compare the clocks of both machines";
        return problems.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? "was issued by an authority that is not valid at this time"
            : $"is not valid: {problems}";
    }

    private static string Text(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
