using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Tests.Clustering;

public sealed class CertificateNameTests
{
    [Theory]
    [InlineData("node1", "node1", false)]
    [InlineData("Node_1.example.net", "Node_1.example.net", false)]
    [InlineData("10", "10", false)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("[2001:DB8::1]", "2001:db8::1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    public void Name_or_address_is_read(string text, string expected, bool isAddress)
    {
        var name = CertificateName.TryParse(text)!;

        Assert.Equal((expected, isAddress), (name.Text, name.Address is not null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData("-a")]
    [InlineData("*.example.net")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("node1:4053")]
    [InlineData("10.0.0.1:4053")]
    [InlineData("fe80::1%eth0")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void Anything_else_is_refused(string text) => Assert.Null(CertificateName.TryParse(text));

    [Fact]
    public void Long_names_are_refused()
    {
        Assert.NotNull(CertificateName.TryParse(new string('a', 63)));
        Assert.Null(CertificateName.TryParse(new string('a', 64)));
        Assert.Null(CertificateName.TryParse(string.Join('.', Enumerable.Repeat(new string('a', 50), 6))));
    }

    [Theory]
    [InlineData("b", true)]
    [InlineData("B", true)]
    [InlineData("b.example.net", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("0:0:0:0:0:0:0:1", true)]
    [InlineData("10.0.0.2", false)]
    [InlineData("example.net", false)]
    [InlineData("a", false)]
    public void Certificate_is_for_the_names_in_it_and_not_for_its_subject(string name, bool expected)
    {
        using var authority = new TestAuthority();
        // Its subject is "a".
        var certificate = authority.IssueOdd(request => TestAuthority.AddNames(request, "b", "b.example.net", "10.0.0.1", "::1"));

        Assert.Equal(expected, CertificateName.TryParse(name)!.IsOf(certificate));
    }

    [Fact]
    public void Wildcard_in_a_certificate_stands_for_nothing()
    {
        using var authority = new TestAuthority();
        var certificate = authority.IssueOdd(request =>
        {
            var names = new System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder();
            names.AddDnsName("*.example.net");
            names.AddDnsName("10.0.0.1");
            request.CertificateExtensions.Add(names.Build());
        });

        Assert.False(CertificateName.TryParse("a.example.net")!.IsOf(certificate));
        Assert.False(CertificateName.TryParse("10.0.0.1")!.IsOf(certificate));
    }
}
