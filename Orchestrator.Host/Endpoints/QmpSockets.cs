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
/// A QMP socket for every VM, by its name and by its UUID, as long as the VM is there. The UUID's is a link to the name's, so that a VM costs one
/// listening socket; where the name is too long for one, it is a socket itself.
/// </summary>
/// <param name="directory">Where they are; <see langword="null"/> serves none.</param>
/// <param name="node">The running node.</param>
/// <param name="log">For the sockets that cannot be made.</param>
internal sealed partial class QmpSockets(QmpSocketDirectory? directory, Node node, ILogger<QmpSockets> log) : BackgroundService
{
    private readonly Dictionary<string, VmSockets> _vms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <summary>What a VM has: closing it frees both names.</summary>
    private sealed class VmSockets
    {
        public QmpListener? Listener { get; set; }

        public VmId? Id { get; set; }

        /// <summary>Path of the link, once it is made.</summary>
        public string? Link { get; set; }
    }

    /// <summary>Path of a VM's socket; <see langword="null"/> if it has none.</summary>
    public string? PathOf(VmSnapshot vm) => _shown.GetValueOrDefault(vm.Name);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (directory is null)
            return;
        try
        {
            for (long after = 0; ;)
            {
                var changes = await node.FollowAsync<InventoryReplies.Changes>(node.Inventory, new InventoryQueries.ReadChanges(after), stoppingToken).ConfigureAwait(false);
                Apply(changes, directory);
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

    private void Apply(InventoryReplies.Changes changes, QmpSocketDirectory paths)
    {
        var there = changes.Changed.Select(vm => vm.Name).ToHashSet(StringComparer.Ordinal);
        var gone = changes.Complete ? _vms.Keys.Where(name => !there.Contains(name)) : changes.Gone.Select(vm => vm.Name);
        foreach (var name in gone.ToArray())
            Remove(name);
        foreach (var vm in changes.Changed)
            Update(vm, paths);
    }

    private void Update(VmSnapshot vm, QmpSocketDirectory paths)
    {
        var byName = paths.PathOf(vm.Name);
        if (!_vms.TryGetValue(vm.Name, out var sockets))
        {
            sockets = _vms[vm.Name] = new VmSockets();
            if (QmpSocketDirectory.Fits(byName))
                Listen(vm.Name, byName, sockets);
            else
                LogTooLong(vm.Name, byName);
        }
        if (vm.Id == sockets.Id || vm.Id is not { } id)
            return;
        Unlink(sockets);
        sockets.Id = id;
        var byId = paths.PathOf(id.ToString());
        if (byId == byName)
            return;
        if (Path.Exists(byId))
            LogTaken(vm.Name, byId);
        else if (sockets.Listener is null && QmpSocketDirectory.Fits(byId))
            Listen(vm.Name, byId, sockets);
        else if (sockets.Listener is not null)
            Link(byId, byName, sockets);
    }

    private void Listen(string vm, string path, VmSockets sockets)
    {
        try
        {
            sockets.Listener = new QmpListener(path);
            _ = sockets.Listener.AcceptAsync(client => _ = ServeAsync(vm, client), node.Time);
            _shown[vm] = path;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            LogFailed(vm, path, e.Message);
        }
    }

    private static void Link(string path, string target, VmSockets sockets)
    {
        File.CreateSymbolicLink(path, Path.GetFileName(target));
        sockets.Link = path;
    }

    private async Task ServeAsync(string vm, Socket client)
    {
        var all = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(null), CancellationToken.None).ConfigureAwait(false);
        var connection = new QmpServerConnection(new NetworkStream(client, ownsSocket: true), new QmpServerOptions());
        if (all.Entries.FirstOrDefault(entry => entry.Snapshot.Name == vm) is { } entry)
            node.QmpEndpoint.Tell(new EndpointCommands.Serve(connection, vm, entry.Vm));
        else
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Remove(string vm)
    {
        if (!_vms.Remove(vm, out var sockets))
            return;
        _shown.TryRemove(vm, out _);
        Unlink(sockets);
        sockets.Listener?.Dispose();
    }

    private static void Unlink(VmSockets sockets)
    {
        if (sockets.Link is { } link)
            File.Delete(link);
        sockets.Link = null;
    }

    [LoggerMessage(1201, LogLevel.Warning, "{Vm}: {Path} is too long for a Unix socket: the VM is served by its UUID only. Choose a shorter --data")]
    private partial void LogTooLong(string vm, string path);

    [LoggerMessage(1202, LogLevel.Warning, "{Vm}: {Path} belongs to another VM with the same UUID: this one is served by its name only")]
    private partial void LogTaken(string vm, string path);

    [LoggerMessage(1203, LogLevel.Warning, "{Vm}: no QMP socket at {Path}: {Reason}")]
    private partial void LogFailed(string vm, string path, string reason);
}
