using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Tests.Cli;

public sealed class NdjsonReaderTests
{
    private const string Text = "{\"a\":\"ü\"}\n\r\n\n[1,2]\r\n\"x\"\n";

    [Fact]
    public async Task Stream_cut_at_every_byte_gives_the_same_values()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var pipe = new Pipe();
            await pipe.Writer.WriteAsync(bytes.AsMemory(0, cut));
            var reading = ReadAsync(pipe.Reader.AsStream());
            await pipe.Writer.WriteAsync(bytes.AsMemory(cut));
            await pipe.Writer.CompleteAsync();

            Assert.Equal(["{\"a\":\"ü\"}", "[1,2]", "\"x\""], (await reading).Select(value => value.GetRawText()));
        }
    }

    [Fact]
    public async Task Last_line_without_its_end_is_a_lost_connection()
    {
        var error = await Assert.ThrowsAsync<CliException>(() => ReadAsync(Stream("{}\n{}")));

        Assert.Contains("in the middle of a line", error.Message);
    }

    [Theory]
    [InlineData(16, false)]
    [InlineData(17, true)]
    public async Task Line_is_bounded(int length, bool refused)
    {
        var line = "\"" + new string('x', length - 2) + "\"";
        var error = await Record.ExceptionAsync(() => ReadAsync(Stream(line), maxLineBytes: 16));

        Assert.Contains(refused ? "more than 16 bytes" : "in the middle of a line", Assert.IsType<CliException>(error).Message);
    }

    [Fact]
    public async Task Two_values_on_a_line_are_refused() =>
        Assert.Contains("not JSON", (await Assert.ThrowsAsync<CliException>(() => ReadAsync(Stream("{} {}\n")))).Message);

    [Fact]
    public async Task Broken_connection_is_told()
    {
        var pipe = new Pipe();
        await pipe.Writer.CompleteAsync(new IOException("reset by peer"));

        Assert.Contains("reset by peer", (await Assert.ThrowsAsync<CliException>(() => ReadAsync(pipe.Reader.AsStream()))).Message);
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<List<JsonElement>> ReadAsync(Stream stream, int maxLineBytes = NdjsonReader.MaxLineBytes)
    {
        var values = new List<JsonElement>();
        await foreach (var value in NdjsonReader.ReadAsync(stream, maxLineBytes))
            values.Add(value);
        return values;
    }
}
