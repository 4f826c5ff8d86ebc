namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// A QMP server without a machine behind it. Scripts call what should happen; <see cref="ServeAsync"/> is the well-behaved rest.
/// Messages look as QEMU prints them: a blank after colon and comma, <c>id</c> last in a return and first in an error, CR LF.
/// </summary>
public sealed class FakeQmpServer(Stream stream) : FakePeer(stream)
{
    /// <summary>A server that is already connected: <paramref name="connection"/>'s client end belongs to the session.</summary>
    public static FakeQmpServer InMemory(out MemoryConnection connection)
    {
        connection = new MemoryConnection();
        return new FakeQmpServer(connection.Peer);
    }

    /// <summary>Listens on a Unix socket and runs the script for each client, one after the other, as a monitor does.</summary>
    public static FakeListener Listen(string socketPath, Func<FakeQmpServer, Task> script) =>
        FakeListener.Start(socketPath, stream => script(new FakeQmpServer(stream)));

    /// <summary>The greeting (QMP specification, section 2.2).</summary>
    /// <param name="offersOutOfBand">QEMU offers <c>oob</c> on sockets.</param>
    public Task GreetAsync(bool offersOutOfBand = true)
    {
        var capabilities = offersOutOfBand ? "\"oob\"" : "";
        return SendLineAsync(
            $$$"""{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": [{{{capabilities}}}]}}""");
    }

    /// <summary>Greeting and negotiation (QMP specification, section 4).</summary>
    public async Task HandshakeAsync(bool offersOutOfBand = true)
    {
        await GreetAsync(offersOutOfBand);
        await ReturnAsync(await ReadCommandAsync("qmp_capabilities"));
    }

    /// <summary>A success (section 2.4.1), with the command's own id.</summary>
    public Task ReturnAsync(FakeCommand command, string value = "{}") => ReturnAsync(command.Id, value);

    /// <summary>A success with any id, or none.</summary>
    public Task ReturnAsync(string? id, string value = "{}") =>
        SendLineAsync(id is null ? $$"""{"return": {{value}}}""" : $$"""{"return": {{value}}, "id": {{id}}}""");

    /// <summary>An error (section 2.4.2). Errors from before the id was read have none.</summary>
    public Task ErrorAsync(string? id, string errorClass, string description)
    {
        var error = $$"""{"class": "{{errorClass}}", "desc": "{{description}}"}""";
        return SendLineAsync(id is null ? $$"""{"error": {{error}}}""" : $$"""{"id": {{id}}, "error": {{error}}}""");
    }

    /// <summary>An event (section 2.5), which may come at any moment.</summary>
    /// <param name="name">Such as STOP.</param>
    /// <param name="data">An object as JSON text; <see langword="null"/> for events without data.</param>
    /// <param name="seconds">QEMU's clock; -1 where that failed, microseconds then too.</param>
    public Task EventAsync(string name, string? data = null, long seconds = 1_700_000_000)
    {
        var timestamp = $$"""{"seconds": {{seconds}}, "microseconds": {{(seconds < 0 ? -1 : 123_456)}}}""";
        var dataMember = data is null ? "" : $""" "data": {data},""";
        return SendLineAsync($$"""{"timestamp": {{timestamp}},{{dataMember}} "event": "{{name}}"}""");
    }

    /// <summary>A line with QMP's line end.</summary>
    public Task SendLineAsync(string text) => SendRawAsync(text + "\r\n");

    /// <summary>Answers every command until the session closes the connection; those the function answers <see langword="null"/> to stay open.</summary>
    /// <param name="answer">The return value as JSON text.</param>
    public async Task ServeAsync(Func<FakeCommand, string?> answer)
    {
        while (await ReadLineAsync() is { } line)
        {
            var command = new FakeCommand(line);
            if (answer(command) is { } value)
                await ReturnAsync(command, value);
        }
    }
}
