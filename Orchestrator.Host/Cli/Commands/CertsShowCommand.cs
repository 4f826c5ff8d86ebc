using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>certs show FILE</c>: the certificates in a PEM file, whoever made them.</summary>
internal static class CertsShowCommand
{
    public static Command Create(CommandHost host)
    {
        var file = new Argument<string>("file") { Description = "PEM file with one certificate or several", HelpName = "FILE" };
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("show", "Shows the certificates in a file") { file, format };
        CertsCommands.Handle(host, command, context =>
        {
            var path = context.Parsed.GetRequiredValue(file);
            var certificates = Describe(PemFiles.Certificates(PemFiles.Read(path), path), path, context.Environment.Time.GetUtcNow());
            Listing.Write(context.Out, context.Parsed.GetRequiredValue(format), certificates, items => WriteTables(context.Out, items));
        });
        return command;
    }

    private static void WriteTables(TerminalWriter output, IEnumerable<JsonElement> items)
    {
        foreach (var (index, item) in items.Index())
        {
            if (index > 0)
                output.WriteLine("");
            Listing.WriteOne(output, OutputFormat.Table, item);
        }
    }

    private static JsonElement Describe(X509Certificate2Collection certificates, string path, DateTimeOffset now)
    {
        try
        {
            return JsonText.Build(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("items");
                foreach (var certificate in certificates)
                    Write(writer, certificate, now);
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        }
        catch (CryptographicException error)
        {
            throw new CertificateException($"{path} has a malformed certificate: {error.Message}");
        }
    }

    private static void Write(Utf8JsonWriter writer, X509Certificate2 certificate, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("subject", certificate.Subject);
        writer.WriteStartArray("names");
        foreach (var name in CertificateName.AllOf(certificate))
            writer.WriteStringValue(name.Text);
        writer.WriteEndArray();
        writer.WriteString("issuer", certificate.Issuer);
        writer.WriteBoolean("isAuthority", CertificateUsage.IsAuthority(certificate));
        writer.WriteString("notBefore", Text(certificate.NotBefore));
        writer.WriteString("notAfter", Text(certificate.NotAfter));
        // Whole days, negative once it has expired.
        writer.WriteNumber("daysLeft", (int)Math.Floor((certificate.NotAfter - now).TotalDays));
        writer.WriteString("serial", certificate.SerialNumber);
        writer.WriteString("sha256", certificate.GetCertHashString(HashAlgorithmName.SHA256));
        writer.WriteEndObject();
    }

    private static string Text(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
