using System.Text;
using Orchestrator.Host.Webhooks;

namespace Orchestrator.Host.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();

    /// <summary>The sample that implementations of Standard Webhooks are tested with.</summary>
    [Fact]
    public void Signature_is_what_others_make_of_the_same() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSignature.Of([Secret], Id, Timestamp, Body));

    [Fact]
    public void Two_secrets_make_two_signatures()
    {
        var other = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes(new string('k', 32)));

        Assert.Equal(
            $"{WebhookSignature.Of([other], Id, Timestamp, Body)} {WebhookSignature.Of([Secret], Id, Timestamp, Body)}",
            WebhookSignature.Of([other, Secret], Id, Timestamp, Body));
    }

    [Fact]
    public void Everything_that_is_signed_matters()
    {
        string[] signatures =
        [
            WebhookSignature.Of([Secret], Id, Timestamp, Body), WebhookSignature.Of([Secret], Id + "x", Timestamp, Body), WebhookSignature.Of([Secret], Id, Timestamp + 1, Body), WebhookSignature.Of([Secret], Id, Timestamp, Body.AsSpan(1)),
        ];

        Assert.Equal(4, signatures.Distinct().Count());
    }
}
