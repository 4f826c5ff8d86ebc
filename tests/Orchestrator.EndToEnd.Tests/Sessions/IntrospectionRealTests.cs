using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>What QEMU's own QMP server, without a machine behind it, says of itself.</summary>
public sealed class IntrospectionRealTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Introspection_of_the_storage_daemon_is_read_and_merged()
    {
        await using var directory = new RealVmDirectory();
        await using var daemon = await RealStorageDaemon.StartAsync(Path.Combine(directory.Path, "qmp.sock"));
        await using var session = await QmpSession.ConnectAsync(new Endpoint.Unix(daemon.SocketPath), new QmpSessionOptions(), new QmpObserver(), TimeProvider.System, CancellationToken.None);
        var answer = Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-qmp-schema"), Limit));
        var commands = Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-commands"), Limit));

        var vocabulary = QmpVocabulary.Read(answer.Value.Span);
        var merged = QapiIntrospection.Read(MergedIntrospection.Schema(answer.Value.Span, GuestNamespace.BuiltIn));
        var names = MergedIntrospection.Commands(commands.Value.Span, GuestNamespace.BuiltIn);

        RealIntrospection.AssertTrueOfEveryQemu(vocabulary);
        Assert.False(vocabulary.Schema.Commands.ContainsKey("query-status"));
        Assert.All(vocabulary.Schema.Commands.Keys, name => Assert.Contains(name, merged.Commands.Keys));
        Assert.Contains("guest-get-osinfo", merged.Commands.Keys);
        Assert.Equal(
            merged.Commands.Keys.Order(StringComparer.Ordinal),
            System.Text.Json.JsonElement.Parse(names).EnumerateArray().Select(name => name.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }
}
