using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;
using Orchestrator.Protocol.Qemu;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.TypedClient;

/// <summary>Generated commands against a real QEMU and the real agent in its guest.</summary>
public sealed class RealVmClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Guest_and_QEMU_are_one_client_and_its_events_are_records()
    {
        await using var machine = await RealVm.StartAsync(new() { Name = "typed", WithDisk = true });
        var events = new Events();
        await using var monitor = await QmpSession.ConnectAsync(new Endpoint.Unix(machine.QmpSocketPath), new QmpSessionOptions(), events, TimeProvider.System, CancellationToken.None);
        await using var agent = await AgentConnection.ConnectAsync(new Endpoint.Unix(machine.AgentSocketPath), TimeProvider.System, CancellationToken.None);
        var vm = new VmClient(monitor, agent) { Timeout = Limit };
        await machine.BootedAsync(Limit);

        await vm.GuestPingAsync();
        Assert.Equal(RunState.Running, (await vm.QueryStatusAsync()).Status);
        Assert.Equal("typed", (await vm.GuestGetHostNameAsync()).HostName);
        Assert.Equal("typed", (await vm.QueryNameAsync()).Name);
        Assert.Equal(machine.Options.Uuid, Guid.Parse((await vm.QueryUuidAsync()).UUID));
        Assert.Equal(GuestFsfreezeStatus.Thawed, await vm.GuestFsFreezeStatusAsync());
        Assert.Equal(SysEmuTarget.X8664, Assert.Single(await vm.QueryCpusFastAsync()).Target);
        Assert.Contains(await vm.QueryBlockAsync(), disk => disk.Inserted is { Image.VirtualSize: > 0 });
        Assert.Contains(await vm.QueryBlockStatsAsync(), disk => disk.Stats.RdOperations > 0);
        Assert.Contains(await vm.QueryChardevAsync(), device => device.FileName.Contains("qga.sock", StringComparison.Ordinal) && device.FrontendOpen);
        Assert.True((await vm.QueryMemorySizeSummaryAsync()).BaseMemory >= 96 << 20);
        Assert.Null((await vm.QueryMigrateAsync()).Status);

        await vm.StopAsync();
        await vm.ContAsync();
        Assert.True(events.Has<StopEvent>());
        Assert.True(events.Has<ResumeEvent>());
        await vm.SystemResetAsync();
        Assert.True(events.Has<ResetEvent>(reset => reset is { Guest: false } && reset.Reason == ShutdownCause.HostQmpSystemReset));
    }

    [Fact]
    public async Task Schema_of_QMP_is_a_part_of_what_a_real_QEMU_says_of_itself()
    {
        await using var machine = await RealVm.StartAsync(new() { Name = "introspected" });
        await using var monitor = await QmpSession.ConnectAsync(new Endpoint.Unix(machine.QmpSocketPath), new QmpSessionOptions(), new Events(), TimeProvider.System, CancellationToken.None);
        var answer = Assert.IsType<CommandResult.Returned>(await monitor.ExecuteAsync(EncodedCommand.ForQmp("query-qmp-schema"), Limit));
        var real = QapiIntrospection.Read(answer.Value.Span);
        var ours = QapiSchema.Load(new Resources(), "qmp.json");

        var differences = new SchemaDifferences();
        foreach (var command in ours.Commands.Values)
        {
            if (!real.TryGetCommand(command.Name, out var known))
                differences.Add($"{command.Name}: QEMU has no such command");
            else
                differences.OfCommand(command, known);
        }
        foreach (var happening in ours.Events.Values)
        {
            if (!real.TryGetEvent(happening.Name, out var known))
                differences.Add($"{happening.Name}: QEMU has no such event");
            else
                differences.OfReceived(happening.Name, happening.DataType, known.DataType);
        }

        Assert.Empty(differences.Found);
    }

    private sealed class Events : IQmpSessionObserver
    {
        private readonly ConcurrentQueue<QmpEvent> _all = new();

        public bool Has<T>(Func<T, bool>? which = null)
            where T : class, IQapiEvent<T> => _all.Any(happened => happened.TryRead(out T? read) && which?.Invoke(read) != false);

        public void OnEvent(QmpEvent qmpEvent) => _all.Enqueue(qmpEvent);

        public void OnClosed(string cause)
        {
        }
    }

    private sealed class Resources : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            using var stream = typeof(IQapiClient).Assembly.GetManifestResourceStream($"Schemas/{path}");
            using var reader = stream is null ? null : new StreamReader(stream);
            text = reader?.ReadToEnd();
            return text is not null;
        }
    }
}
