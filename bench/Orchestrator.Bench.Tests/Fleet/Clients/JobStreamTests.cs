using System.IO.Pipelines;
using System.Text;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

public class JobStreamTests
{
    private const string Begin = """{"job":{"id":"1","phase":"Running","counts":{}}}""" + "\n";
    private const string Good = """{"outcome":{"vm":"u","exec":{"phase":"Nested"},"phase":"Succeeded","result":{}}}""" + "\n";
    private const string Bad = """{"outcome":{"vm":"u","phase":"Undelivered","reason":"AgentAbsent"}}""" + "\n";
    private const string End = """{"job":{"id":"1","counts":{"Succeeded":2},"phase":"Partial"}}""" + "\n";

    [Fact]
    public async Task Outcomes_are_counted_by_success() =>
        Assert.Equal(new JobTally(3, 2, Bad.TrimEnd()), await ReadAsync(Begin + Good + Bad + Good + End));

    [Fact]
    public async Task A_stream_split_at_any_byte_reads_the_same()
    {
        var text = Begin + Good + Bad + End;
        for (var split = 1; split < text.Length; split++)
            Assert.Equal(new JobTally(2, 1, Bad.TrimEnd()), await ReadAsync(text[..split], text[split..]));
    }

    [Theory]
    [InlineData(Begin + Good)]
    [InlineData(Begin + Good + """{"job":{"phase":"Succ""")]
    [InlineData(Good)]
    [InlineData("")]
    public async Task A_stream_without_the_ended_job_was_cut(string text) =>
        Assert.Contains("cut", (await Assert.ThrowsAsync<BenchException>(() => ReadAsync(text))).Message);

    [Fact]
    public async Task A_gap_is_an_error() =>
        Assert.Contains("gap", (await Assert.ThrowsAsync<BenchException>(() => ReadAsync(Begin + """{"gap":{"missed":3}}""" + "\n" + End))).Message);

    [Theory]
    [InlineData("[]\n")]
    [InlineData("3\n")]
    [InlineData("{}\n")]
    public async Task A_line_that_is_no_object_with_a_member_is_an_error(string line) =>
        await Assert.ThrowsAsync<BenchException>(() => ReadAsync(Begin + line));

    [Fact]
    public async Task Elapsed_times_are_those_of_the_outcomes_themselves()
    {
        const string Timed = """{"outcome":{"exec":{"elapsedMs":9},"elapsedMs":0.75,"phase":"Succeeded"}}""" + "\n" + """{"outcome":{"phase":"Undelivered","elapsedMs":2}}""" + "\n";
        var elapsed = new List<double>();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Begin + Timed + End));

        var tally = await JobStream.ReadAsync(stream, elapsed, CancellationToken.None);

        Assert.Equal([0.75, 2], elapsed);
        Assert.Equal((2, 1), (tally.Outcomes, tally.Succeeded));
    }

    [Fact]
    public async Task An_outcome_without_its_time_is_an_error_where_times_are_wanted()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Begin + Good + End));

        await Assert.ThrowsAsync<BenchException>(() => JobStream.ReadAsync(stream, [], CancellationToken.None));
    }

    private static async Task<JobTally> ReadAsync(params string[] chunks)
    {
        var pipe = new Pipe();
        var reading = JobStream.ReadAsync(pipe.Reader.AsStream(), null, CancellationToken.None);
        foreach (var chunk in chunks)
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(chunk));
        await pipe.Writer.CompleteAsync();
        return await reading;
    }
}
