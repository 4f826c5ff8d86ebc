namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// A guest agent, or something worse, on the guest's end of the channel. Scripts call what should happen; <see cref="ServeAsync"/> is the
/// well-behaved rest. Messages look as qemu-ga prints them and end with LF.
/// </summary>
public sealed class FakeAgent(Stream stream) : FakePeer(stream)
{
    private const string StrayError = """{"error": {"class": "GenericError", "desc": "JSON parse error, stray '\uFFFD'"}}""";

    /// <summary>Agents of before QEMU 4.0 do not print the <c>id</c> they were sent.</summary>
    public bool EchoesIds { get; set; } = true;

    /// <summary>An agent that is already connected: <paramref name="connection"/>'s client end belongs to the session.</summary>
    public static FakeAgent InMemory(out MemoryConnection connection)
    {
        connection = new MemoryConnection();
        return new FakeAgent(connection.Peer);
    }

    /// <summary>Listens on a Unix socket and runs the script for each client, one after the other, as QEMU's chardev does.</summary>
    public static FakeListener Listen(string socketPath, Func<FakeAgent, Task> script) =>
        FakeListener.Start(socketPath, stream => script(new FakeAgent(stream)));

    /// <summary>Reads a synchronization and answers it.</summary>
    public async Task SynchronizeAsync() => await AnswerSynchronizationAsync(await ReadCommandAsync("guest-sync-delimited"));

    /// <summary>
    /// The sentinel of the request is a lexical error of its own, answered first; then 0xFF and the answer
    /// (QEMU, qga/qapi-schema.json, guest-sync-delimited; measured on 7.2).
    /// </summary>
    public async Task AnswerSynchronizationAsync(FakeCommand synchronization)
    {
        await SendLineAsync(StrayError);
        await SendRawAsync("\u00ff");
        await ReturnAsync(synchronization, NumberOf(synchronization));
    }

    /// <summary>The number that a synchronization asks to be given back.</summary>
    public static string NumberOf(FakeCommand synchronization) => synchronization.Arguments.GetProperty("id").GetRawText();

    /// <summary>A success, with the command's own id where ids are echoed.</summary>
    public Task ReturnAsync(FakeCommand command, string value = "{}") => ReturnAsync(EchoesIds ? command.Id : null, value);

    /// <summary>A success with any id, or none.</summary>
    public Task ReturnAsync(string? id, string value = "{}") => SendLineAsync(Return(id, value));

    /// <summary>An error, with the command's own id where ids are echoed.</summary>
    public Task ErrorAsync(FakeCommand command, string errorClass, string description)
    {
        var error = $$"""{"class": "{{errorClass}}", "desc": "{{description}}"}""";
        return SendLineAsync(EchoesIds && command.Id is { } id ? $$"""{"id": {{id}}, "error": {{error}}}""" : $$"""{"error": {{error}}}""");
    }

    /// <summary>A line with the agent's line end.</summary>
    public Task SendLineAsync(string text) => SendRawAsync(text + "\n");

    /// <summary>Answers every command and synchronization until the session closes the connection; those the function answers <see langword="null"/> to stay open.</summary>
    /// <param name="answer">The return value as JSON text.</param>
    public async Task ServeAsync(Func<FakeCommand, string?> answer)
    {
        while (await ReadLineAsync() is { } line)
        {
            var command = new FakeCommand(line);
            if (command.Name == "guest-sync-delimited")
                await AnswerSynchronizationAsync(command);
            else if (answer(command) is { } value)
                await ReturnAsync(command, value);
        }
    }

    /// <summary>The text of a success without its line end, for scripts that cut or repeat it.</summary>
    public static string Return(string? id, string value) =>
        id is null ? $$"""{"return": {{value}}}""" : $$"""{"return": {{value}}, "id": {{id}}}""";
}
