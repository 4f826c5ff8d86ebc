using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.Host.Clustering.Discovery;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

/// <summary>The part of a Kubernetes API server that lists pods, on loopback over HTTPS, and the files that it puts into a pod.</summary>
internal sealed class ScriptedKubernetes : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ScriptedKubernetes(WebApplication app, X509Certificate2 certificate, string account)
    {
        (_app, _certificate, Account) = (app, certificate, account);
        _app.Run(AnswerAsync);
    }

    /// <summary>Directory of the pod's account.</summary>
    public string Account { get; }

    /// <summary>What is answered.</summary>
    public int Status { get; set; } = 200;

    public string Body { get; set; } = """{"kind":"PodList","items":[]}""";

    /// <summary>The requests' targets and tokens.</summary>
    public List<(string Target, string? Authorization)> Asked { get; } = [];

    public KubernetesServer Server => new(new Uri(_app.Urls.Single()), Account);

    public static async Task<ScriptedKubernetes> StartAsync()
    {
        var account = Directory.CreateTempSubdirectory("orc-account-").FullName;
        using var authority = CertificateAuthority.Create("kubernetes", TimeSpan.FromDays(1), Now);
        var certificate = CertificateAuthority.Issue(authority, CertificateName.TryParse("kubernetes")!, [CertificateName.TryParse("127.0.0.1")!], Now.AddHours(1), Now);
        await File.WriteAllTextAsync(Path.Combine(account, "ca.crt"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(account, "token"), "first\n");
        await File.WriteAllTextAsync(Path.Combine(account, "namespace"), "fleet");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        // A key that was made in memory cannot be used by TLS everywhere.
        var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(usable)));
        var kubernetes = new ScriptedKubernetes(builder.Build(), certificate, account);
        await kubernetes._app.StartAsync();
        return kubernetes;
    }

    /// <summary>A pod as Kubernetes describes it, shortened.</summary>
    public static string Pod(string address, string phase = "Running", bool isDeleted = false, string spec = "")
    {
        var deleted = isDeleted ? ""","deletionTimestamp":"2026-01-01T00:00:00Z" """ : "";
        var ip = address.Length == 0 ? "null" : $"\"{address}\"";
        return $$"""
            { "metadata": { "name": "node", "labels": { "app": "orchestrator" } {{deleted}} },
              "spec": { {{spec}} "containers": [ { "name": "node", "ports": [ { "containerPort": 4053 } ] } ] },
              "status": { "phase": "{{phase}}", "podIP": {{ip}}, "podIPs": [] } }
            """;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(Account, recursive: true);
    }

    private Task AnswerAsync(HttpContext context)
    {
        Asked.Add((context.Request.Path + context.Request.QueryString, context.Request.Headers.Authorization));
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Body);
    }
}
