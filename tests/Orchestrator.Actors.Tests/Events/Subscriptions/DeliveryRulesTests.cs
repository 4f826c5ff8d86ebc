using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class DeliveryRulesTests
{
    [Theory]
    [InlineData(200, "Acknowledged")]
    [InlineData(202, "Acknowledged")]
    [InlineData(204, "Acknowledged")]
    [InlineData(299, "Acknowledged")]
    [InlineData(301, "Again")]
    [InlineData(307, "Again")]
    [InlineData(400, "GiveUp")]
    [InlineData(401, "GiveUp")]
    [InlineData(404, "GiveUp")]
    [InlineData(408, "Again")]
    [InlineData(410, "Stop")]
    [InlineData(413, "GiveUp")]
    [InlineData(415, "GiveUp")]
    [InlineData(425, "Again")]
    [InlineData(429, "Again")]
    [InlineData(499, "GiveUp")]
    [InlineData(500, "Again")]
    [InlineData(503, "Again")]
    [InlineData(599, "Again")]
    [InlineData(null, "Again")]
    public void What_follows_from_an_answer(int? status, string expected) => Assert.Equal(expected, Decide(status, 1).GetType().Name);

    [Theory]
    [InlineData(12, 12, "Again")]
    [InlineData(13, 12, "GiveUp")]
    [InlineData(1, 0, "GiveUp")]
    public void Events_are_given_up_after_the_last_retry(int attempt, int retries, string expected) =>
        Assert.Equal(expected, DeliveryRules.Decide(new WebhookAnswer(503, "", null, default), attempt, retries, 0.5).GetType().Name);

    [Fact]
    public void Receiver_that_wants_no_more_is_believed_on_the_last_attempt_too() => Assert.IsType<DeliveryVerdict.Stop>(Decide(410, 99));

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 0.5, 4)]
    [InlineData(3, 0.5, 16)]
    [InlineData(5, 0.5, 256)]
    [InlineData(6, 0.5, 300)]
    [InlineData(90, 0.5, 300)]
    [InlineData(1, 0, 0.8)]
    [InlineData(1, 1, 1.2)]
    [InlineData(12, 1, 360)]
    public void Pauses_grow_and_spread(int attempt, double chance, double seconds) =>
        Assert.Equal(seconds, Assert.IsType<DeliveryVerdict.Again>(DeliveryRules.Decide(new WebhookAnswer(503, "", null, default), attempt, 100, chance)).Pause.TotalSeconds, 0.001);

    [Theory]
    [InlineData(30, 30)]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(86_400, 3600)]
    public void Receiver_may_ask_for_a_longer_pause_up_to_an_hour(int asked, double seconds) => Assert.Equal(
        seconds,
        Assert.IsType<DeliveryVerdict.Again>(DeliveryRules.Decide(new WebhookAnswer(429, "", TimeSpan.FromSeconds(asked), default), 1, 12, 0.5)).Pause.TotalSeconds,
        0.001);

    [Fact]
    public void Default_retries_last_through_most_of_an_hour()
    {
        var total = Enumerable.Range(1, SubscriptionSpec.DefaultRetries).Sum(attempt => Assert.IsType<DeliveryVerdict.Again>(Decide(503, attempt)).Pause.TotalMinutes);

        Assert.InRange(total, 35, 60);
    }

    private static DeliveryVerdict Decide(int? status, int attempt) => DeliveryRules.Decide(new WebhookAnswer(status, "", null, default), attempt, SubscriptionSpec.DefaultRetries, 0.5);
}
