using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Host.Clustering.Tls;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Files that cannot be used: the error tells which, why and what to do, before anything listens.</summary>
public sealed class ClusterTlsLoadTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly ClusterTlsFiles _files;

    public ClusterTlsLoadTests() => _files = _authority.Put("a", _authority.Issue("a", [TestAuthority.Loopback]));

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Good_files_are_taken() => Assert.NotNull(Load(_files, "a", TestAuthority.Loopback, "::ffff:127.0.0.1", "A"));

    [Theory]
    [InlineData("a.crt")]
    [InlineData("a.key")]
    [InlineData("authority.crt")]
    public void Missing_file_is_told(string name)
    {
        File.Delete(_authority.Path(name));

        AssertRefused($"{_authority.Path(name)} is not there", "orchestrator certs");
    }

    [Fact]
    public void Directory_in_the_place_of_a_file_is_told() => AssertRefused(_files with { Key = Path.GetDirectoryName(_files.Key)! }, [], "cannot be read");

    [Theory]
    [InlineData("a.crt")]
    [InlineData("authority.crt")]
    public void File_without_a_certificate_is_told(string name)
    {
        File.WriteAllText(_authority.Path(name), "hello");

        AssertRefused($"{_authority.Path(name)} has no certificate");
    }

    [Fact]
    public void Malformed_certificate_is_told()
    {
        File.WriteAllText(_files.Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        AssertRefused($"{_files.Certificate} has a malformed certificate");
    }

    [Fact]
    public void Large_file_is_not_read()
    {
        File.WriteAllText(_files.Authority, new string('x', 70_000));

        AssertRefused($"{_files.Authority} has more than 64 KiB");
    }

    [Fact]
    public void Key_in_the_place_of_the_certificate_is_told() => AssertRefused(_files with { Certificate = _files.Key }, [], $"{_files.Key} is a private key, not a certificate");

    [Fact]
    public void Certificate_in_the_place_of_the_key_is_told()
    {
        File.SetUnixFileMode(_files.Certificate, UnixFileMode.UserRead);

        AssertRefused(_files with { Key = _files.Certificate }, [], $"{_files.Certificate} has no private key");
    }

    [Fact]
    public void Key_of_another_certificate_is_told()
    {
        TestAuthority.PutKey(_files.Key, _authority.Issue("a", []));

        AssertRefused($"the key {_files.Key} is not that of the certificate {_files.Certificate}");
    }

    [Fact]
    public void Encrypted_key_is_told()
    {
        using var key = ECDsa.Create();
        File.WriteAllText(_files.Key, key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));

        AssertRefused($"the key {_files.Key} is encrypted", "openssl pkey");
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Key_that_is_open_to_all_is_told(UnixFileMode open)
    {
        File.SetUnixFileMode(_files.Key, UnixFileMode.UserRead | open);

        AssertRefused($"the key {_files.Key} is open to every user", "chmod 600");
    }

    [Fact]
    public void Key_that_a_group_may_read_is_taken()
    {
        File.SetUnixFileMode(_files.Key, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.NotNull(Load(_files));
    }

    [Fact]
    public void Expired_certificate_is_told()
    {
        _authority.Put("a", _authority.Issue("a", [], TimeSpan.FromDays(2), TimeSpan.FromHours(-1)));

        AssertRefused($"the certificate {_files.Certificate} expired on", "certs issue");
    }

    [Fact]
    public void Certificate_of_the_future_is_told()
    {
        _authority.Put("a", _authority.Issue("a", [], TimeSpan.FromDays(-2), TimeSpan.FromDays(3)));

        AssertRefused("is not valid before", "clocks");
    }

    [Fact]
    public void Certificate_of_another_authority_is_told()
    {
        using var foreign = new TestAuthority();
        _authority.Put("a", foreign.Issue("a", []));

        AssertRefused($"the certificate {_files.Certificate} was not issued by the cluster's authority ({_files.Authority})");
    }

    [Fact]
    public void Node_in_the_place_of_the_authority_is_told() => AssertRefused(_files with { Authority = _files.Certificate }, [], "'CN=a' is not the certificate of a root authority");

    [Fact]
    public void Name_that_is_not_in_the_certificate_is_told() =>
        AssertRefused(_files, ["a", "10.0.0.1"], "is for a, 127.0.0.1, not for 10.0.0.1", "certs issue NODE --host 10.0.0.1");

    private static ClusterTls Load(ClusterTlsFiles files, params string[] names) => ClusterTls.Load(files, names, TimeProvider.System, NullLogger.Instance);

    private void AssertRefused(params string[] words) => AssertRefused(_files, [], words);

    private static void AssertRefused(ClusterTlsFiles files, string[] names, params string[] words)
    {
        var error = Assert.Throws<ServeException>(() => Load(files, names));

        Assert.StartsWith("cluster.tls: ", error.Message);
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }
}
