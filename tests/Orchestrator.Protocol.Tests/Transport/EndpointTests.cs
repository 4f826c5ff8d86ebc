using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Tests.Transport;

public class EndpointTests
{
    [Theory]
    [InlineData("/run/vm/qmp.sock", "unix:/run/vm/qmp.sock")]
    [InlineData("./qmp.sock", "unix:./qmp.sock")]
    [InlineData("unix:qmp.sock", "unix:qmp.sock")]
    [InlineData("unix:/a:b", "unix:/a:b")]
    [InlineData("tcp:host:4444", "tcp:host:4444")]
    [InlineData("tcp:127.0.0.1:1", "tcp:127.0.0.1:1")]
    [InlineData("tcp:[::1]:65535", "tcp:::1:65535")]
    [InlineData("tcp:::1:65535", "tcp:::1:65535")]
    [InlineData("tls:host.example:4444", "tls:host.example:4444")]
    public void Text_form_is_read(string text, string expected) => Assert.Equal(expected, Endpoint.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("qmp.sock")]
    [InlineData("unix:")]
    [InlineData("UNIX:/a")]
    [InlineData("tcp:")]
    [InlineData("tcp:host")]
    [InlineData("tcp:host:")]
    [InlineData("tcp::4444")]
    [InlineData("tcp:host:0")]
    [InlineData("tcp:host:65536")]
    [InlineData("tcp:host:-1")]
    [InlineData("tcp:host:+1")]
    [InlineData("tcp:host: 1")]
    [InlineData("tcp:host:4444x")]
    [InlineData("tcp:[]:4444")]
    [InlineData("tls::4444")]
    [InlineData("udp:host:1")]
    public void Anything_else_is_refused_with_the_forms_there_are(string text)
    {
        var refusal = Assert.Throws<FormatException>(() => Endpoint.Parse(text));

        Assert.Contains($"'{text}'", refusal.Message);
        Assert.Contains("tcp:HOST:PORT", refusal.Message);
    }

    [Fact]
    public void Certificates_belong_to_tls_endpoints_only()
    {
        var options = new TlsClientOptions { ServerName = "vm-host" };

        Assert.Same(options, Assert.IsType<Endpoint.Tls>(Endpoint.Parse("tls:host:1", options)).Options);
        Assert.Equal(new Endpoint.Tcp("host", 1), Endpoint.Parse("tcp:host:1", options));
        Assert.Equal(new TlsClientOptions(), Assert.IsType<Endpoint.Tls>(Endpoint.Parse("tls:host:1")).Options);
    }
}
