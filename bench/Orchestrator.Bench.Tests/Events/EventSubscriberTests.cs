using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Tests.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Events;

public class EventSubscriberTests
{
    [Fact]
    public async Task Reads_until_it_has_all_events_and_knows_when_they_were_sent()
    {
        var latencies = new List<double>();

        var (subscriber, request) = await ReadAsync(EventSubscriber.Ndjson, Event(1, 1, 300) + Event(2, 1, 100) + Event(1, 2, 200) + "not read", 3, latencies);

        Assert.Equal("GET /v1/events", request);
        Assert.Equal((100, 300, 0, 3), (subscriber.FirstSent, subscriber.LastSent, subscriber.Lost, latencies.Count));
        Assert.All(latencies, latency => Assert.True(latency > 0));
        Assert.True(subscriber.LastArrival > 300);
    }

    [Fact]
    public async Task Server_sent_events_are_read_as_well()
    {
        var body = $": still here\n\nevent: event\nid: a\ndata: {Event(1, 1, 5)}\nevent: event\nid: b\ndata: {Event(1, 2, 6)}\n";

        var (subscriber, _) = await ReadAsync(EventSubscriber.ServerSent, body, 2);

        Assert.Equal((5, 6), (subscriber.FirstSent, subscriber.LastSent));
    }

    [Fact]
    public async Task What_is_missing_counts_as_told()
    {
        const string Gap = """{"id":"gap/2-3","type":"io.orchestrator.stream.gap","data":{"from":2,"to":3}}""";

        var (subscriber, _) = await ReadAsync(EventSubscriber.Ndjson, Event(1, 1, 5) + Gap + "\n" + Event(1, 4, 6), 4);

        Assert.Equal(2, subscriber.Lost);
    }

    [Fact]
    public async Task A_stream_that_ends_early_ends_the_benchmark()
    {
        var error = await Assert.ThrowsAsync<BenchException>(() => ReadAsync(EventSubscriber.Ndjson, Event(1, 1, 5), 2));

        Assert.Contains("after 1 of 2", error.Message);
    }

    [Fact]
    public async Task An_event_that_is_lost_without_a_word_ends_it_too() =>
        await Assert.ThrowsAsync<BenchException>(() => ReadAsync(EventSubscriber.Ndjson, Event(1, 1, 5) + Event(1, 3, 6), 2));

    private static async Task<(EventSubscriber Subscriber, string Request)> ReadAsync(string format, string body, long count, ICollection<double>? latencies = null)
    {
        await using var server = new ScriptedServer();
        var answering = server.AnswerAsync(("200 OK", body));
        using var api = new ServerApi(server.Path);
        using var subscriber = await EventSubscriber.OpenAsync(api, format, null, CancellationToken.None);
        await subscriber.ReadAsync(count, new EventOrder(vms: 2, before: 0), latencies, CancellationToken.None);
        return (subscriber, (await answering)[0]);
    }

    private static string Event(int vm, long number, long sent) =>
        $"{{\"id\":\"17:3\",\"subject\":\"vm{vm:D4}\",\"data\":{{\"data\":{{\"offset\":{number},\"sent\":{sent}}}}}}}\n";
}
