using Orchestrator.Actors.Events.Storage;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class EventsConfigTests
{
    [Theory]
    [InlineData("", 256L << 20, 7)]
    [InlineData("events:\n", 256L << 20, 7)]
    [InlineData("events: {size: , age: 12h}", 256L << 20, 0.5)]
    [InlineData("events: {size: 1MiB}", 1L << 20, 7)]
    [InlineData("events: {size: 2.5GiB, age: 30d}", 2560L << 20, 30)]
    [InlineData("events: {size: 1024GiB}", 1L << 40, 7)]
    public void A_log_is_kept_by_size_and_age(string text, long bytes, double days) =>
        Assert.Equal(new EventRetention(bytes, TimeSpan.FromDays(days)), Parse(text).Events.Retention("o.yaml"));

    [Theory]
    [InlineData("events: {size: 100}", "'size'")]
    [InlineData("events: {size: 0.5MiB}", "'size'")]
    [InlineData("events: {size: 1025GiB}", "'size'")]
    [InlineData("events: {size: MiB}", "'size'")]
    [InlineData("events: {size: -5MiB}", "'size'")]
    [InlineData("events: {age: 5}", "'age' of 'events'")]
    [InlineData("events: {age: 0h}", "'age' of 'events'")]
    public void What_is_out_of_range_is_an_error_that_names_file_and_setting(string text, string named)
    {
        var error = Assert.Throws<ServeException>(() => Parse(text));

        Assert.StartsWith("o.yaml: " + named, error.Message);
    }

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "o.yaml");
}
