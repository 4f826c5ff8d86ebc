using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class ServiceManagerTests
{
    private readonly Told _told = new();
    private readonly ServiceManager _manager;

    public ServiceManagerTests() => _manager = new ServiceManager(_told);

    [Fact]
    public void Service_is_told_ready_and_stopping()
    {
        _manager.Serves("orchestrator serves unix:/a");
        _manager.Stops();

        Assert.Equal(["READY=1\nSTATUS=orchestrator serves unix:/a", "STOPPING=1\nSTATUS=hands over what it does, and ends"], _told.States);
    }

    [Fact]
    public void Server_that_begins_anew_stays_ready()
    {
        _manager.Serves("first");
        _manager.Serves("second");

        Assert.Equal(["READY=1\nSTATUS=first", "READY=1\nSTATUS=second"], _told.States);
    }

    [Fact]
    public void Stop_is_told_once_and_nothing_after_it()
    {
        _manager.Stops();
        _manager.Stops();
        _manager.Serves("late");

        Assert.StartsWith("STOPPING=1", Assert.Single(_told.States));
    }

    [Fact]
    public void Manager_that_is_gone_does_not_stop_the_server()
    {
        _told.Failure = new SocketException((int)SocketError.ConnectionRefused);

        _manager.Serves("a");
        _manager.Stops();

        Assert.Equal(2, _told.States.Count);
    }

    private sealed class Told : ISystemdNotifier
    {
        public List<string> States { get; } = [];

        public Exception? Failure { get; set; }

        public bool IsEnabled => true;

        public void Notify(ServiceState state)
        {
            States.Add(state.ToString());
            if (Failure is { } failure)
                throw failure;
        }
    }
}
