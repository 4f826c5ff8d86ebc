using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Emulation;

namespace Orchestrator.Host.Tests.Emulation;

/// <summary>An emulator on a thread of the test, in a directory of its own.</summary>
internal sealed class RunningEmulator : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Emulator _emulator;
    private readonly Task _running;

    public RunningEmulator(Func<EmulationOptions, EmulationOptions>? with = null)
    {
        var options = new EmulationOptions { Vms = 2, Directory = Path.Combine(Root, "vms") };
        Options = with is null ? options : with(options);
        _emulator = Emulator.Start(Options, TimeProvider.System);
        _running = Task.Factory.StartNew(() => _emulator.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("em-").FullName;

    public EmulationOptions Options { get; }

    public string? Configuration => _emulator.Configuration;

    public string PathOf(string vm, string socket) => Path.Combine(Options.Directory, vm, socket);

    public Task<EmulatorClient> AgentAsync(string vm = "vm0001") => EmulatorClient.ConnectAsync(new UnixDomainSocketEndPoint(PathOf(vm, "qga.sock")));

    /// <summary>A client of a monitor that has read the greeting and negotiated.</summary>
    public async Task<EmulatorClient> MonitorAsync(string vm = "vm0001")
    {
        var client = await EmulatorClient.ConnectAsync(new UnixDomainSocketEndPoint(PathOf(vm, "qmp.sock")));
        await client.ReadAsync();
        await client.AskAsync("""{"execute":"qmp_capabilities"}""");
        return client;
    }

    /// <summary>Ends it, and leaves the directory.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _emulator.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAsync();
        _stop.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>A bare client: what it reads is what was sent.</summary>
internal sealed class EmulatorClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly Socket _socket;
    private readonly StreamReader _lines;

    private EmulatorClient(Socket socket)
    {
        _socket = socket;
        // Latin-1 keeps the agent's 0xFF as one character.
        _lines = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
    }

    public static async Task<EmulatorClient> ConnectAsync(EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        await socket.ConnectAsync(address);
        return new EmulatorClient(socket);
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next line; <see langword="null"/> at the end.</summary>
    public async Task<string?> LineAsync()
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        return await _lines.ReadLineAsync(deadline.Token);
    }

    public async Task<JsonElement> ReadAsync() => JsonElement.Parse(await LineAsync() ?? throw new EndOfStreamException("the emulator closed the connection"));

    public async Task<JsonElement> AskAsync(string request)
    {
        await SendAsync(request + "\n");
        return await ReadAsync();
    }

    /// <summary>The next event, and that nothing else comes before it.</summary>
    public async Task<string> EventAsync() => (await ReadAsync()).GetProperty("event").GetString()!;

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
