using System.Collections.Concurrent;
using System.Net.Sockets;
using Akka.Actor;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Endpoints;

/// <summary>
/// A QMP socket for every VM of the node's own, by its name and by its UUID, as long as the VM is there. The UUID's is a link to the name's, so that a VM costs one
/// listening socket; where the name is too long for one, it is a socket itself.
/// </summary>
/// <param name="directory">Where they are; <see langword="null"/> serves none.</param>
/// <param name="node">The running node.</param>
/// <param name="log">For the sockets that cannot be made.</param>
internal sealed partial class QmpSockets(QmpSocketDirectory? directory, Node node, ILogger<QmpSockets> log) : BackgroundService
{
    private readonly Dictionary<string, VmSockets> _vms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <summary>What a VM has.</summary>
    private sealed class VmSockets
    {
        public IDisposable? ByName { get; set; }

        public IDisposable? ById { get; set; }

        public VmId? Id { get; set; }
    }

    /// <summary>Path of a VM's socket; <see langword="null"/> if it has none.</summary>
    public string? PathOf(VmSnapshot vm) => IsOwn(vm) ? _shown.GetValueOrDefault(vm.Name) : null;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (directory is null)
            return;
        try
        {
            for (long after = 0; ;)
            {
                var changes = await node.FollowAsync<InventoryReplies.Changes>(node.OwnInventory, new InventoryQueries.ReadChanges(after), stoppingToken).ConfigureAwait(false);
                // VMs of remote VmHosts may have the same names.
                Apply(changes with { Changed = [.. changes.Changed.Where(IsOwn)], Gone = [.. changes.Gone.Where(IsOwn)] }, directory);
                after = changes.Version;
            }
        }
        finally
        {
            foreach (var name in _vms.Keys.ToArray())
                Remove(name);
            directory.Dispose();
        }
    }

    private bool IsOwn(VmSnapshot vm) => vm.Host == node.Host;

    private void Apply(InventoryReplies.Changes changes, QmpSocketDirectory paths)
    {
        var there = changes.Changed.Select(vm => vm.Name).ToHashSet(StringComparer.Ordinal);
        var gone = changes.Complete ? _vms.Keys.Where(name => !there.Contains(name)) : changes.Gone.Select(vm => vm.Name);
        foreach (var name in gone.ToArray())
        {
            if (Remove(name) is { } id && _vms.FirstOrDefault(vm => vm.Value.Id == id) is { Key: { } heir, Value: var sockets })
                sockets.ById = ListenOrLink(heir, id, paths);
        }
        foreach (var vm in changes.Changed)
            Update(vm, paths);
    }

    private void Update(VmSnapshot vm, QmpSocketDirectory paths)
    {
        if (!_vms.TryGetValue(vm.Name, out var sockets))
        {
            sockets = _vms[vm.Name] = new VmSockets();
            if (QmpSocketDirectory.Fits(paths.PathOf(vm.Name)))
                sockets.ByName = Listen(vm.Name, paths.PathOf(vm.Name));
            else
                LogTooLong(vm.Name, paths.PathOf(vm.Name));
        }
        if (vm.Id is not { } id || id == sockets.Id)
            return;
        sockets.ById?.Dispose();
        sockets.Id = id;
        sockets.ById = ListenOrLink(vm.Name, id, paths);
    }

    /// <summary>By its UUID: a link where the VM has a socket by its name, else a socket.</summary>
    private IDisposable? ListenOrLink(string vm, VmId id, QmpSocketDirectory paths)
    {
        var path = paths.PathOf(id.ToString());
        if (path == paths.PathOf(vm))
            return null;
        if (_vms[vm].ByName is not null)
            return Link(vm, path, paths.PathOf(vm));
        return QmpSocketDirectory.Fits(path) ? Listen(vm, path) : null;
    }

    private QmpListener? Listen(string vm, string path)
    {
        try
        {
            var listener = new QmpListener(path);
            _ = listener.AcceptAsync(client => _ = ServeAsync(vm, client), node.Time);
            _shown[vm] = path;
            return listener;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            LogFailed(vm, path, e.Message);
            return null;
        }
    }

    private SocketLink? Link(string vm, string path, string target)
    {
        try
        {
            return new SocketLink(path, target);
        }
        catch (IOException e)
        {
            // Of another VM with the same UUID, or with it for its name.
            LogFailed(vm, path, e.Message);
            return null;
        }
    }

    private async Task ServeAsync(string vm, Socket client)
    {
        var connection = new QmpServerConnection(new NetworkStream(client, ownsSocket: true), new QmpServerOptions());
        var isServed = false;
        try
        {
            var all = await node.AskAsync<InventoryReplies.Selection>(node.OwnInventory, new InventoryQueries.Select(null), CancellationToken.None).ConfigureAwait(false);
            if (all.Entries.FirstOrDefault(entry => entry.Snapshot.Name == vm && IsOwn(entry.Snapshot)) is not { } entry)
                return;
            node.QmpEndpoint.Tell(new EndpointCommands.Serve(connection, vm, entry.Vm));
            isServed = true;
        }
        finally
        {
            if (!isServed)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a VM's sockets away, and gives the UUID that is free now.</summary>
    private VmId? Remove(string vm)
    {
        if (!_vms.Remove(vm, out var sockets))
            return null;
        _shown.TryRemove(vm, out _);
        sockets.ByName?.Dispose();
        sockets.ById?.Dispose();
        return sockets.ById is null ? null : sockets.Id;
    }

    private sealed class SocketLink : IDisposable
    {
        private readonly string _path;

        public SocketLink(string path, string target)
        {
            File.CreateSymbolicLink(path, Path.GetFileName(target));
            _path = path;
        }

        public void Dispose() => File.Delete(_path);
    }

    [LoggerMessage(1201, LogLevel.Warning, "{Vm}: {Path} is too long for a Unix socket: the VM is served by its UUID only. Choose a shorter --data")]
    private partial void LogTooLong(string vm, string path);

    [LoggerMessage(1202, LogLevel.Warning, "{Vm}: no QMP socket at {Path}: {Reason}")]
    private partial void LogFailed(string vm, string path, string reason);
}
