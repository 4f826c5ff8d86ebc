using System.Threading.Channels;
using Akka.Actor;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Serving;

/// <summary>Tells the VmHost which VMs there are, whenever that changes: the kernel's notices make it quick, a look every few seconds makes it sure.</summary>
internal sealed partial class VmWatcher(VmSources sources, Node node, ILogger<VmWatcher> log) : BackgroundService
{
    private readonly Channel<bool> _notices = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, FileSystemWatcher> _watchers = [];
    private readonly SettledVms _settled = new(node.Time);
    private readonly long _descriptors = DescriptorLimit.OfThisProcess();
    private IReadOnlyList<VmSpec>? _told;
    private bool _isShort;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var watcher in _watchers.Values)
            watcher.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var notice = NextNoticeAsync(stoppingToken); ;)
        {
            Watch();
            var began = node.Time.GetTimestamp();
            node.Looked(Look());
            var pause = LookPace.After(node.Time.GetElapsedTime(began), isWatched: sources.Watched.All(_watchers.ContainsKey));
            try
            {
                await notice.WaitAsync(_settled.Waits ? SettledVms.Grace : pause, node.Time, stoppingToken).ConfigureAwait(false);
                notice = NextNoticeAsync(stoppingToken);
            }
            catch (TimeoutException)
            {
                // No notice: the look that makes it sure.
            }
        }
    }

    private Task<bool> NextNoticeAsync(CancellationToken stoppingToken) => _notices.Reader.ReadAsync(stoppingToken).AsTask();

    /// <returns>Why it failed.</returns>
    private string? Look()
    {
        try
        {
            var vms = _settled.Update(sources.Read());
            if (_told is not null && _told.SequenceEqual(vms, SameVm.Instance))
                return null;
            _told = vms;
            var shortage = DescriptorLimit.Shortage(vms.Count, _descriptors);
            if (shortage is { } needed && !_isShort)
                LogShort(vms.Count, needed, _descriptors);
            _isShort = shortage is not null;
            node.VmHost.Tell(new VmHostCommands.SetVms(vms));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (node.SourceTrouble != e.Message)
                LogUnreadable(e.Message);
            return e.Message;
        }
    }

    private void Watch()
    {
        foreach (var directory in sources.Watched.Where(directory => !_watchers.ContainsKey(directory) && Directory.Exists(directory)))
        {
            try
            {
                _watchers[directory] = Watcher(directory);
            }
            catch (IOException e)
            {
                // The user's inotify limit: looking still finds everything.
                LogUnwatched(directory, e.Message);
                return;
            }
        }
    }

    private FileSystemWatcher Watcher(string directory)
    {
        var watcher = new FileSystemWatcher(directory) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName };
        watcher.Created += (_, _) => _notices.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => _notices.Writer.TryWrite(true);
        watcher.Renamed += (_, _) => _notices.Writer.TryWrite(true);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    [LoggerMessage(1001, LogLevel.Warning, "A source of VMs cannot be read and is tried again: {Reason}")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(1002, LogLevel.Warning, "No notices of changes in {Directory} ({Reason}): it is looked at every 3 s")]
    private partial void LogUnwatched(string directory, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "{Vms} VMs want {Needed} open files (a connection to QMP, one to the agent and a QMP socket each) and this process may have {Limit}: raise the hard limit (LimitNOFILE= of a unit, 'hard nofile' in /etc/security/limits.conf), or give some of the VMs to another node")]
    private partial void LogShort(int vms, long needed, long limit);

    private sealed class SameVm : IEqualityComparer<VmSpec>
    {
        public static readonly SameVm Instance = new();

        public bool Equals(VmSpec? x, VmSpec? y) => ReferenceEquals(x, y) ||
            x!.Name == y!.Name && x.HasSameEndpoints(y) && x.Labels.Count == y.Labels.Count && x.Labels.All(label => y.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

        public int GetHashCode(VmSpec vm) => StringComparer.Ordinal.GetHashCode(vm.Name);
    }
}
