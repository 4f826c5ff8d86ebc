using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class WebhookSecretsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_no base64")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU")]
    public void What_is_no_secret_is_refused(string? secret) => Assert.False(WebhookSecrets.IsValid(secret));

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(66, false)]
    [InlineData(200, false)]
    public void Secret_has_24_to_64_bytes(int bytes, bool expected) => Assert.Equal(expected, WebhookSecrets.IsValid("whsec_" + Convert.ToBase64String(new byte[bytes])));

    [Fact]
    public void New_secrets_are_valid_and_differ()
    {
        var (one, other) = (WebhookSecrets.Create(), WebhookSecrets.Create());

        Assert.True(WebhookSecrets.IsValid(one));
        Assert.NotEqual(one, other);
        Assert.Equal(32, WebhookSecrets.KeyOf(one).Length);
    }

    [Fact]
    public void Both_are_used_for_a_day_after_a_rotation()
    {
        var rotated = new WebhookSecrets { Current = "a" }.Rotate("b", Now);

        Assert.Equal(["b", "a"], rotated.ValidAt(Now));
        Assert.Equal(["b", "a"], rotated.ValidAt(Now + TimeSpan.FromHours(24) - TimeSpan.FromTicks(1)));
        Assert.Equal(["b"], rotated.ValidAt(Now + TimeSpan.FromHours(24)));
        Assert.Equal(["c", "b"], rotated.Rotate("c", Now).ValidAt(Now));
    }

    [Fact]
    public void Secrets_are_in_no_text()
    {
        var secrets = new WebhookSecrets { Current = "hidden", Previous = "hidden" };
        var spec = new SubscriptionSpec { Url = new Uri("http://receiver/") };

        foreach (var value in (object[])[secrets, new WebhookRequest("m", spec, ["hidden"], []), new SubscriptionCommands.Create(spec, null, "hidden", true), new SubscriptionCommands.Rotate("s", "hidden")])
            Assert.DoesNotContain("hidden", value.ToString());
    }
}
