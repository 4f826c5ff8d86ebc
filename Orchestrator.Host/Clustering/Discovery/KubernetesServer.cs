using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>The API server of the Kubernetes that a node runs in, as Kubernetes tells each pod of it.</summary>
/// <param name="Address">With <c>https</c>.</param>
/// <param name="Account">Directory of the pod's service account: <c>token</c>, <c>ca.crt</c>, <c>namespace</c>. Read at each attempt: tokens are changed every hour.</param>
internal sealed record KubernetesServer(Uri Address, string Account)
{
    private const string AccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>That of this process's pod.</summary>
    /// <exception cref="ContactException">The process runs in none.</exception>
    public static KubernetesServer OfPod() => Of(Environment.GetEnvironmentVariable, AccountDirectory);

    /// <summary>As the variables of a pod name it.</summary>
    /// <exception cref="ContactException">They do not.</exception>
    public static KubernetesServer Of(Func<string, string?> variable, string account)
    {
        var host = variable("KUBERNETES_SERVICE_HOST");
        if (string.IsNullOrEmpty(host) || !ushort.TryParse(variable("KUBERNETES_SERVICE_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new ContactException("'kubernetes' of 'cluster' is for nodes in pods, and KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set here: name the nodes in 'join' instead");
        return new KubernetesServer(new UriBuilder(Uri.UriSchemeHttps, host, port).Uri, account);
    }

    /// <summary>A file of the account.</summary>
    /// <exception cref="ContactException">It cannot be read.</exception>
    public string Read(string name)
    {
        var path = Path.Combine(Account, name);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContactException($"{path} cannot be read: {e.Message}. The pod needs a service account (automountServiceAccountToken)", e);
        }
    }

    /// <summary>Trusts the certificates of this Kubernetes's own authority, and no others.</summary>
    /// <exception cref="ContactException">The authority cannot be read.</exception>
    public SocketsHttpHandler Handler()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPem(Read("ca.crt"));
        }
        catch (CryptographicException e)
        {
            throw new ContactException($"{Path.Combine(Account, "ca.crt")} has no certificates: {e.Message}", e);
        }
        return new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
    }
}
