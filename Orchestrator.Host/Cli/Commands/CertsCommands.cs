using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>certs init</c>, <c>certs issue</c> and <c>certs show</c>: the certificates that nodes of a cluster know each other by. No server is asked.</summary>
internal static class CertsCommands
{
    private const int AuthorityDays = 3650;
    private const int NodeDays = 365;
    private const int MostDays = 7300;

    public static Command Create(CommandHost host) => new("certs", "Makes and shows the certificates of a cluster's nodes") { Init(host), Issue(host), CertsShowCommand.Create(host) };

    private static Command Init(CommandHost host)
    {
        var directory = Directory("Where the authority's certificate and key are put; made if it is not there");
        var name = new Option<string>("--name") { Description = "What the authority is called", HelpName = "NAME", DefaultValueFactory = _ => "Orchestrator cluster authority" };
        var days = Days($"How long it is valid [default: {AuthorityDays}]");
        var command = new Command("init", "Makes a cluster's certificate authority") { directory, name, days };
        Handle(host, command, context =>
        {
            using var authority = CertificateAuthority.Create(CommonName(context.Parsed.GetRequiredValue(name)), Lifetime(context, days) ?? TimeSpan.FromDays(AuthorityDays), context.Environment.Time.GetUtcNow());
            var written = Write(context, context.Parsed.GetRequiredValue(directory), Path.GetFileNameWithoutExtension(CertificateAuthority.CertificateFile), authority);
            if (!context.Quiet)
                context.Error.WriteLine($"valid until {Until(authority)}. Every node gets a copy of {written.Certificate}; whoever has {written.Key} can make nodes: keep it off them");
        });
        return command;
    }

    private static Command Issue(CommandHost host)
    {
        var node = new Argument<string>("name") { Description = "Name of the node, as 'host' in its configuration", HelpName = "NAME" };
        var directory = Directory("The authority's directory, of 'certs init'");
        var hosts = new Option<string[]>("--host") { Description = "Name or address by which other nodes reach it; may be repeated", HelpName = "DNS_OR_IP", AllowMultipleArgumentsPerToken = false };
        var days = Days($"How long it is valid [default: {NodeDays}, or as long as the authority]");
        var output = new Option<string?>("--out") { Description = "Where NAME.crt and NAME.key are put [default: the authority's directory]", HelpName = "DIR" };
        var command = new Command("issue", "Issues the certificate of a node") { node, directory, hosts, days, output };
        Handle(host, command, context =>
        {
            var subject = NodeName(context.Parsed.GetRequiredValue(node));
            var names = (context.Parsed.GetValue(hosts) ?? []).Select(HostName).ToArray();
            var now = context.Environment.Time.GetUtcNow();
            var place = context.Parsed.GetRequiredValue(directory);
            using var authority = ReadAuthority(place, now);
            using var certificate = CertificateAuthority.Issue(authority, subject, names, Ends(authority, Lifetime(context, days), now), now);
            Write(context, context.Parsed.GetValue(output) ?? place, subject.Text, certificate);
            if (!context.Quiet)
                context.Error.WriteLine($"for {string.Join(", ", CertificateName.AllOf(certificate).Select(name => name.Text))}, valid until {Until(certificate)}");
        });
        return command;
    }

    /// <summary>Runs a command that only works on files.</summary>
    public static void Handle(CommandHost host, Command command, Action<CliContext> run) => host.Handle(command, (context, _) =>
    {
        try
        {
            run(context);
            return Task.FromResult(ExitCodes.Ok);
        }
        catch (CertificateException error)
        {
            throw new CliException(ExitCodes.Error, error.Message);
        }
    });

    private static Option<string> Directory(string description) => new("--dir") { Description = description, HelpName = "DIR", Required = true };

    private static Option<int?> Days(string description) => new("--days") { Description = description, HelpName = "N" };

    private static TimeSpan? Lifetime(CliContext context, Option<int?> days) => context.Parsed.GetValue(days) switch
    {
        null => null,
        >= 1 and <= MostDays and var number => TimeSpan.FromDays(number),
        var number => throw CliException.Usage($"--days {number}: write a number from 1 to {MostDays}"),
    };

    private static string CommonName(string name) => name.Length is > 0 and <= CertificateAuthority.MaxNameLength && !name.Any(char.IsControl) && !string.IsNullOrWhiteSpace(name)
        ? name
        : throw CliException.Usage($"--name: write 1 to {CertificateAuthority.MaxNameLength} printable characters");

    // It is the name of files and of the node: no path, no option, nothing that hides.
    private static CertificateName NodeName(string text) => text.Length <= CertificateAuthority.MaxNameLength && !text.StartsWith('.') && !text.Contains(':') && CertificateName.TryParse(text) is { } name
        ? text.Equals(Path.GetFileNameWithoutExtension(CertificateAuthority.CertificateFile), StringComparison.OrdinalIgnoreCase)
            ? throw CliException.Usage($"'{text}' names the authority's own files: call the node something else")
            : name
        : throw CliException.Usage($"'{text}' cannot name a node's certificate: write up to {CertificateAuthority.MaxNameLength} letters, digits, '-', '_' and '.', such as node1 or node1.example.net");

    private static CertificateName HostName(string text) => CertificateName.TryParse(text)
        ?? throw CliException.Usage($"--host {text}: write a DNS name or an IP address, without port and wildcard");

    private static X509Certificate2 ReadAuthority(string directory, DateTimeOffset now)
    {
        var path = Path.Combine(directory, CertificateAuthority.CertificateFile);
        var authority = PemFiles.ReadPair(path, Path.Combine(directory, CertificateAuthority.KeyFile));
        if (!CertificateUsage.IsAuthority(authority))
            throw new CertificateException($"{path} is not an authority's certificate: make one with 'orchestrator certs init'");
        return now < authority.NotAfter ? authority : throw new CertificateException($"the authority {path} expired on {Until(authority)}: make a new one with 'orchestrator certs init' in another directory (docs/TRUST.md)");
    }

    private static DateTimeOffset Ends(X509Certificate2 authority, TimeSpan? lifetime, DateTimeOffset now)
    {
        var ends = now + (lifetime ?? TimeSpan.FromDays(NodeDays));
        if (ends <= authority.NotAfter)
            return ends;
        return lifetime is null ? authority.NotAfter : throw CliException.Usage($"--days {lifetime.Value.Days}: the authority itself ends on {Until(authority)}: write fewer, or make a new authority");
    }

    private static (string Certificate, string Key) Write(CliContext context, string directory, string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var written = NewFiles.Write(directory, name, certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
        context.Out.WriteLine(written.Certificate);
        context.Out.WriteLine(written.Key);
        return written;
    }

    private static string Until(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
