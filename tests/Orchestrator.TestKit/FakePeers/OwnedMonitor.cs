using System.Net;
using System.Net.Sockets;

namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// A QMP monitor on TCP that, unlike QEMU, takes any number of clients at a time, and notes who speaks: once a newer client has spoken, nothing more may
/// come from an older one. What QEMU's own queue of clients would hide is seen here.
/// </summary>
public sealed class OwnedMonitor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _clients = [];
    private readonly HashSet<int> _open = [];
    private readonly List<string> _violations = [];
    private readonly List<(int Client, string Name)> _commands = [];
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly Task _loop;
    private int _accepted;
    private int _newest;

    /// <summary>Listens when it is made.</summary>
    /// <param name="uuid">Of the VM.</param>
    public OwnedMonitor(Guid uuid)
    {
        _answers["query-status"] = """{"status": "running", "running": true, "singlestep": false}""";
        _answers["query-uuid"] = $$"""{"UUID": "{{uuid}}"}""";
        _answers["query-version"] = """{"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}""";
        _listener.Start();
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>TCP port on loopback.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Clients that came so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>What must not happen and did: an older client spoke after a newer one.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
                return [.. _violations];
        }
    }

    /// <summary>Clients that are connected now.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>How often a command came, from whichever client.</summary>
    public int CountOf(string command)
    {
        lock (_lock)
            return _commands.Count(item => item.Name == command);
    }

    /// <summary>A command's answer from now on; one with <see langword="null"/> stays open, and one without gets <c>CommandNotFound</c>.</summary>
    public void Answer(string command, string? value)
    {
        lock (_lock)
            _answers[command] = value!;
    }

    /// <summary>Stops, and cuts all clients.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _loop;
        Task[] clients;
        lock (_lock)
            clients = [.. _clients];
        await Task.WhenAll(clients);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var number = Interlocked.Increment(ref _accepted);
                lock (_lock)
                {
                    _open.Add(number);
                    _clients.Add(Task.Run(() => ServeAsync(client, number)));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var _ = client;
        await using var cut = _stopping.Token.Register(client.Dispose);
        try
        {
            var peer = new FakeQmpServer(client.GetStream());
            await peer.GreetAsync();
            while (await peer.ReadLineAsync() is { } line)
                await AnswerAsync(peer, new FakeCommand(line), number);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or SocketException)
        {
            // The client left, or was cut.
        }
        finally
        {
            lock (_lock)
                _open.Remove(number);
        }
    }

    private async Task AnswerAsync(FakeQmpServer peer, FakeCommand command, int number)
    {
        string? value;
        bool isKnown;
        lock (_lock)
        {
            _commands.Add((number, command.Name));
            if (number < _newest)
                _violations.Add($"client {number} sent {command.Name} after client {_newest} had spoken");
            _newest = Math.Max(_newest, number);
            isKnown = _answers.TryGetValue(command.Name, out value);
        }
        if (command.Name == "qmp_capabilities")
            await peer.ReturnAsync(command);
        else if (!isKnown)
            await peer.ErrorAsync(command.Id, "CommandNotFound", $"The command {command.Name} has not been found");
        else if (value is not null)
            await peer.ReturnAsync(command, value);
    }
}
