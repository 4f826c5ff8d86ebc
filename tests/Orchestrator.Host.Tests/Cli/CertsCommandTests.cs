using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Tests.Clustering;

namespace Orchestrator.Host.Tests.Cli;

public sealed class CertsCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);

    private string Place => Path.Combine(_directory.FullName, "ca");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Authority_issues_certificates_that_openssl_verifies()
    {
        var made = await RunAsync("init");
        var issued = await RunAsync("issue", "node1", "--host", "10.0.0.1", "--host", "node1.example.net", "--host", "[::1]");

        Assert.Equal([At("authority.crt"), At("authority.key")], made.OutLines);
        Assert.Contains("keep it off them", made.Error);
        Assert.Equal([At("node1.crt"), At("node1.key")], issued.OutLines);
        Assert.Contains("for node1, node1.example.net, 10.0.0.1, ::1, valid until", issued.Error);
        foreach (var purpose in (string[])["sslserver", "sslclient"])
            Assert.Contains("OK", await OpenSsl.RunAsync("verify", "-x509_strict", "-purpose", purpose, "-verify_hostname", "node1", "-CAfile", At("authority.crt"), At("node1.crt")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenSsl.RunAsync("verify", "-verify_hostname", "node2", "-CAfile", At("authority.crt"), At("node1.crt")));
        await OpenSsl.RunAsync("pkey", "-in", At("node1.key"), "-check", "-noout");
    }

    [Fact]
    public async Task Node_cannot_issue_and_an_authority_cannot_be_a_node()
    {
        await RunAsync("init", "--name", "Test authority");
        await RunAsync("issue", "node1");
        var (authority, node) = (await ReadAsync("authority"), await ReadAsync("node1"));

        Assert.Equal("CN=Test authority", authority.Subject);
        Assert.Equal("CN=node1", node.Subject);
        var (issues, issuesNot) = (Assert.Single(authority.Extensions.OfType<X509BasicConstraintsExtension>()), Assert.Single(node.Extensions.OfType<X509BasicConstraintsExtension>()));
        Assert.True(issues is { CertificateAuthority: true, HasPathLengthConstraint: true, PathLengthConstraint: 0, Critical: true });
        Assert.False(issuesNot.CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.KeyCertSign, Assert.Single(authority.Extensions.OfType<X509KeyUsageExtension>()).KeyUsages);
        Assert.Empty(authority.Extensions.OfType<X509EnhancedKeyUsageExtension>());
        Assert.Equal(32, node.SerialNumber.Length);
        Assert.NotEqual(authority.SerialNumber, node.SerialNumber);
    }

    [Fact]
    public async Task Keys_are_private()
    {
        await RunAsync("init");
        await RunAsync("issue", "node1", "--out", Path.Combine(_directory.FullName, "out"));

        foreach (var key in (string[])[At("authority.key"), Path.Combine(_directory.FullName, "out", "node1.key")])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.False(File.Exists(At("node1.key")));
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await RunAsync("init");
        await RunAsync("issue", "node1");
        var before = await Task.WhenAll(Directory.GetFiles(Place).Order().Select(path => File.ReadAllTextAsync(path)));

        Assert.Contains("authority.crt is there already", await FailAsync(1, "init"));
        Assert.Contains("node1.crt is there already", await FailAsync(1, "issue", "node1"));

        Assert.Equal(before, await Task.WhenAll(Directory.GetFiles(Place).Order().Select(path => File.ReadAllTextAsync(path))));
    }

    [Fact]
    public async Task Lifetimes_are_as_asked_for_and_never_longer_than_the_authority()
    {
        await RunAsync("init", "--days", "100");
        await RunAsync("issue", "short", "--days", "7");
        await RunAsync("issue", "long");

        Assert.Equal(7, DaysLeft(await ReadAsync("short")));
        Assert.Equal((await ReadAsync("authority")).NotAfter, (await ReadAsync("long")).NotAfter);
        Assert.Contains("--days 101: the authority itself ends on", await FailAsync(2, "issue", "other", "--days", "101"));
        _time.Advance(TimeSpan.FromDays(101));
        Assert.Contains("expired on", await FailAsync(1, "issue", "late"));
        Assert.Equal(4 + 2, Directory.GetFiles(Place).Length);
    }

    [Theory]
    [InlineData("../evil", "cannot name a node's certificate")]
    [InlineData("-x", "cannot name a node's certificate")]
    [InlineData(".hidden", "cannot name a node's certificate")]
    [InlineData("10.0.0.1:4053", "cannot name a node's certificate")]
    [InlineData("a b", "cannot name a node's certificate")]
    [InlineData("Authority", "names the authority's own files")]
    public async Task Name_that_cannot_be_a_file_or_a_node_is_refused(string name, string reason)
    {
        await RunAsync("init");

        Assert.Contains(reason, await FailAsync(2, "issue", name));
        Assert.Equal(2, Directory.GetFiles(_directory.FullName, "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("--host", "node1:4053", "--host node1:4053: write a DNS name or an IP address, without port and wildcard")]
    [InlineData("--host", "*", "without port and wildcard")]
    [InlineData("--days", "0", "write a number from 1 to 7300")]
    [InlineData("--days", "7301", "write a number from 1 to 7300")]
    public async Task Option_that_makes_no_sense_is_refused(string option, string value, string reason)
    {
        await RunAsync("init");

        Assert.Contains(reason, await FailAsync(2, "issue", "node1", option, value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Name_of_an_authority_is_short_text(string name) => Assert.Contains("--name: write 1 to 64 printable characters", await FailAsync(2, "init", "--name", name));

    [Fact]
    public async Task Issuing_without_an_authority_tells_the_next_step()
    {
        Assert.Contains($"{At("authority.crt")} is not there: make it with 'orchestrator certs'", await FailAsync(1, "issue", "node1"));
        await RunAsync("init");
        File.Delete(At("authority.key"));
        Assert.Contains($"{At("authority.key")} is not there", await FailAsync(1, "issue", "node1"));
    }

    [Fact]
    public async Task Key_of_the_authority_that_others_may_read_is_refused()
    {
        await RunAsync("init");
        File.SetUnixFileMode(At("authority.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", await FailAsync(1, "issue", "node1"));
    }

    [Fact]
    public async Task Show_tells_what_is_in_a_certificate()
    {
        await RunAsync("init");
        await RunAsync("issue", "node1", "--host", "10.0.0.1", "--days", "30");
        _time.Advance(TimeSpan.FromDays(10));
        var shown = Assert.Single((await ShowAsync("node1.crt", "json")).GetProperty("items").EnumerateArray());
        var expected = await ReadAsync("node1");

        Assert.Equal("CN=node1", shown.GetProperty("subject").GetString());
        Assert.Equal(["node1", "10.0.0.1"], shown.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("CN=Orchestrator cluster authority", shown.GetProperty("issuer").GetString());
        Assert.False(shown.GetProperty("isAuthority").GetBoolean());
        Assert.Equal(expected.NotAfter.ToUniversalTime(), shown.GetProperty("notAfter").GetDateTime());
        Assert.Equal(19, shown.GetProperty("daysLeft").GetInt32());
        Assert.Equal(expected.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), shown.GetProperty("sha256").GetString());
        var fingerprint = await OpenSsl.RunAsync("x509", "-in", At("node1.crt"), "-noout", "-fingerprint", "-sha256");
        Assert.Contains(shown.GetProperty("sha256").GetString()!, fingerprint.Replace(":", ""));
    }

    [Fact]
    public async Task Show_tells_all_of_a_file_and_expired_ones_with_a_negative_number()
    {
        await RunAsync("init", "--days", "2");
        await RunAsync("issue", "node1", "--days", "1");
        await File.WriteAllTextAsync(At("both.crt"), await File.ReadAllTextAsync(At("authority.crt")) + await File.ReadAllTextAsync(At("node1.crt")));
        _time.Advance(TimeSpan.FromDays(1.5));

        var items = (await ShowAsync("both.crt", "json")).GetProperty("items");
        Assert.Equal([0, -1], items.EnumerateArray().Select(item => item.GetProperty("daysLeft").GetInt32()));

        var table = new CliRun { Time = _time };
        Assert.Equal(0, await table.RunAsync("certs", "show", At("both.crt")));
        Assert.Equal(2, table.OutLines.Count(line => line.StartsWith("subject ", StringComparison.Ordinal)));
        Assert.Contains("isAuthority  true", table.Out);
    }

    [Theory]
    [InlineData("authority.key", "is a private key, not a certificate")]
    [InlineData("nothing.crt", "is not there")]
    public async Task Show_of_something_else_tells_what_it_is(string file, string reason)
    {
        await RunAsync("init");
        var run = new CliRun();

        Assert.Equal(1, await run.RunAsync("certs", "show", At(file)));
        Assert.StartsWith($"orchestrator: {At(file)} {reason}", run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Quiet_prints_the_files_only()
    {
        var run = new CliRun { Time = _time };

        Assert.Equal(0, await run.RunAsync("certs", "init", "--dir", Place, "-q"));
        Assert.Equal((2, ""), (run.OutLines.Length, run.Error));
    }

    private string At(string name) => Path.Combine(Place, name);

    private int DaysLeft(X509Certificate2 certificate) => (int)Math.Round((certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime).TotalDays);

    private async Task<X509Certificate2> ReadAsync(string name) => X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(At(name + ".crt")));

    private async Task<JsonElement> ShowAsync(string file, string format)
    {
        var run = new CliRun { Time = _time };
        Assert.Equal(0, await run.RunAsync("certs", "show", At(file), "-o", format));
        return JsonElement.Parse(run.Out);
    }

    private async Task<CliRun> RunAsync(params string[] args)
    {
        var run = new CliRun { Time = _time };
        Assert.True(await run.RunAsync(["certs", .. args, "--dir", Place]) == 0, run.Error);
        return run;
    }

    private async Task<string> FailAsync(int exitCode, params string[] args)
    {
        var run = new CliRun { Time = _time };
        Assert.Equal(exitCode, await run.RunAsync(["certs", .. args, "--dir", Place]));
        Assert.Equal("", run.Out);
        return run.Error;
    }
}
