using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>
/// Many events to many readers of one real server: what it promises to each of them does not depend on the others, nor does what it keeps in memory
/// depend on how many events there were.
/// </summary>
public sealed class EventFloodTests : IAsyncLifetime
{
    private const int Vms = 8;
    private const int PerVm = 12_500;
    private const int Total = Vms * PerVm;
    private const int Chunk = 250;

    /// <summary>
    /// How far the VMs run ahead of the slowest reader. A log that cannot keep pace with the VMs gives up the oldest events beyond its limit and says so,
    /// which is another test's matter.
    /// </summary>
    private const int Window = 24_000;

    /// <summary>
    /// What the server may need for the flood, as growth of its resident memory (85 MiB when this was written): 16,384 events in the log's memory and at
    /// most <see cref="Window"/> that wait for the disk, of 1 KiB each; a page of 256 events and its text for each of ten readers; pages of the database;
    /// and as much garbage again. What the reader that never reads would get is 80 MiB of text: keeping it for that one alone would be too much.
    /// </summary>
    private const long MaxGrowth = 128L << 20;

    /// <summary>Of the collector, 16 MiB: else it lets 60 MiB more of garbage lie, among which what is kept does not stand out.</summary>
    private const string YoungestGeneration = "DOTNET_GCGen0MaxBudget=0x1000000";

    private static readonly string Path500 = "/machine/" + new string('x', 491);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly CancellationTokenSource _deadline = new(Limit, TimeProvider.System);
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;
    private readonly List<SendingVm> _vms = [];
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        _vms.AddRange(Enumerable.Range(0, Vms).Select(number => new SendingVm(_directory, $"vm{number}")));
        _server = await OrchestratorServer.StartWithAsync([YoungestGeneration], "--vm-dir", _directory);
        for (var number = 0; number < Vms; number++)
            await _server.VmAsync($"vm{number}", vm => vm.Is("state", "Running") && vm.TryGetProperty("id", out _), "is attached");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var vm in _vms)
            await vm.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Every_reader_gets_every_event_in_order_whatever_the_others_do()
    {
        var patient = new FloodReader(_server.SocketPath);
        var neverReads = await patient.OpenAsync(_deadline.Token);
        var steady = Enumerable.Range(0, 8).Select(_ => new FloodReader(_server.SocketPath)).ToList();
        var restless = new FloodReader(_server.SocketPath) { LeavesAfter = 7_001 };
        List<FloodReader> all = [.. steady, restless];
        var reading = new List<Task>();
        foreach (var reader in all)
        {
            var answer = await reader.OpenAsync(_deadline.Token);
            reading.Add(Task.Run(() => reader.ReadAllAsync(answer, _deadline.Token)));
        }
        var before = Memory("VmRSS:");

        await SendAllAsync(all, reading);
        await Task.WhenAll(reading);

        Assert.All(all, reader => Assert.Equal(Enumerable.Repeat(PerVm, Vms), reader.Last));
        Assert.InRange(restless.Returns, Total / restless.LeavesAfter - 1, Total / 1_000);
        Assert.True(restless.Doubles > 0, "who comes back with an older cursor gets some events once more");
        Assert.Equal(0, patient.Count);
        Assert.InRange(Memory("VmHWM:") - before, 0, MaxGrowth);
        await patient.ReadAllAsync(neverReads, _deadline.Token);
        Assert.Equal(Enumerable.Repeat(PerVm, Vms), patient.Last);
    }

    private async Task SendAllAsync(IReadOnlyList<FloodReader> readers, IReadOnlyList<Task> reading)
    {
        for (var sent = 0; sent < PerVm; sent += Chunk)
        {
            await Task.WhenAll(_vms.Select(vm => vm.SendAsync(Chunk)));
            var needed = ((sent + Chunk) * Vms) - Window;
            await Eventually.TrueAsync(
                () => reading.Any(task => task.IsFaulted) || readers.All(reader => reader.Count >= needed),
                Limit,
                $"every reader has {needed} events; they have {string.Join(", ", readers.Select(reader => reader.Count))}");
        }
    }

    private long Memory(string member)
    {
        var line = File.ReadLines($"/proc/{_server.Process.Id}/status").Single(line => line.StartsWith(member, StringComparison.Ordinal));
        return 1024 * long.Parse(line[member.Length..].Replace("kB", "", StringComparison.Ordinal));
    }

    /// <summary>A QMP server that knows no question, as a storage daemon, and counts in its events.</summary>
    private sealed class SendingVm : IAsyncDisposable
    {
        private readonly FakeListener _listener;
        private FakeQmpServer? _client;
        private int _sent;

        public SendingVm(string directory, string name)
        {
            Directory.CreateDirectory(Path.Combine(directory, name));
            _listener = FakeQmpServer.Listen(Path.Combine(directory, name, "qmp.sock"), ServeAsync);
        }

        public Task SendAsync(int count)
        {
            var lines = new StringBuilder();
            for (var last = _sent + count; _sent < last;)
                lines.Append($$$"""{"timestamp": {"seconds": 1700000000, "microseconds": 5}, "event": "RTC_CHANGE", "data": {"offset": {{{++_sent}}}, "qom-path": "{{{Path500}}}"}}""").Append("\r\n");
            return _client!.SendRawAsync(lines.ToString());
        }

        public ValueTask DisposeAsync() => _listener.DisposeAsync();

        private async Task ServeAsync(FakeQmpServer qmp)
        {
            await qmp.HandshakeAsync();
            _client = qmp;
            while (await qmp.ReadLineAsync() is { } line)
                await qmp.ErrorAsync(new FakeCommand(line).Id, "CommandNotFound", "no such command");
        }
    }

    /// <summary>
    /// A reader of server-sent events. It counts what it has not had before, by id, and fails if that is not the next of its VM. Who leaves does so with
    /// much unread, and comes back with a cursor that it noted some events ago.
    /// </summary>
    private sealed class FloodReader(string socketPath)
    {
        private const int NotesEvery = 100;
        private readonly HashSet<string> _ids = [];
        private string? _id;
        private string? _noted;
        private int _sinceReturn;
        private volatile int _count;

        public int LeavesAfter { get; init; } = int.MaxValue;

        public int Count => _count;

        public int Returns { get; private set; }

        public int Doubles { get; private set; }

        /// <summary>The newest event of each VM.</summary>
        public int[] Last { get; } = new int[Vms];

        /// <summary>Subscribes, from the cursor that it has; the head has arrived.</summary>
        public async Task<Stream> OpenAsync(CancellationToken cancellation)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
            var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)) })
            {
                Timeout = Timeout.InfiniteTimeSpan,
            };
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/v1/events") { Headers = { { "Accept", "text/event-stream" } } };
            if (_noted is not null)
                request.Headers.Add("Last-Event-ID", _noted);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
            return await answer.Content.ReadAsStreamAsync(cancellation);
        }

        public async Task ReadAllAsync(Stream body, CancellationToken cancellation)
        {
            while (!await ReadOnceAsync(body, cancellation))
            {
                body = await OpenAsync(cancellation);
                (_sinceReturn, Returns) = (0, Returns + 1);
            }
        }

        /// <summary>Whether it has everything; else it left.</summary>
        private async Task<bool> ReadOnceAsync(Stream body, CancellationToken cancellation)
        {
            await using var left = body;
            var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 1 << 16));
            while (_count < Total && _sinceReturn < LeavesAfter)
            {
                var read = await reader.ReadAsync(cancellation);
                Assert.False(read.IsCompleted, $"the server ended the stream after {_count} events");
                var rest = Take(read.Buffer);
                reader.AdvanceTo(rest.Start, rest.End);
            }
            return _count == Total;
        }

        private ReadOnlySequence<byte> Take(ReadOnlySequence<byte> bytes)
        {
            var lines = new SequenceReader<byte>(bytes);
            while (_count < Total && _sinceReturn < LeavesAfter && lines.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
                TakeLine(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
            return lines.UnreadSequence;
        }

        private void TakeLine(ReadOnlySpan<byte> line)
        {
            if (line.StartsWith("id: "u8))
                _id = Encoding.ASCII.GetString(line["id: ".Length..]);
            // A reader that was behind is told when it is not any more.
            if (!line.StartsWith("data: "u8) || line.IndexOf("\"type\":\"io.orchestrator.stream."u8) >= 0)
                return;
            var (vm, number) = (Number(line, "\"subject\":\"vm"u8), Number(line, "\"offset\":"u8));
            _sinceReturn++;
            if (!_ids.Add(_id!))
            {
                Doubles++;
                return;
            }
            Assert.True(number == Last[vm] + 1, $"after event {Last[vm]} of vm{vm} came {number}");
            Last[vm] = number;
            if (++_count % NotesEvery == 0)
                _noted = _id;
        }

        private static int Number(ReadOnlySpan<byte> line, ReadOnlySpan<byte> before)
        {
            var at = line.IndexOf(before);
            var number = 0;
            var isThere = at >= 0 && Utf8Parser.TryParse(line[(at + before.Length)..], out number, out _);
            Assert.True(isThere, $"no {Encoding.ASCII.GetString(before)} in {Encoding.UTF8.GetString(line)}");
            return number;
        }
    }
}
