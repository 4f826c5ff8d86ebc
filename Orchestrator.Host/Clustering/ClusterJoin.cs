using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Brings the node into the cluster, however many tries it takes: it asks the members that the store knows, and those it was told of. Only when there
/// is none may one node begin a cluster, and the store says which: two can never begin at once, nor one beside others.
/// </summary>
internal sealed partial class ClusterJoin(ActorSystem system, ClusterParts cluster, string node, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<ClusterJoin> log) : BackgroundService
{
    /// <summary>Claim of whoever begins a cluster.</summary>
    public const string Formation = "formation";

    /// <summary>Claims of members: the owner is the node, the duty its address.</summary>
    public const string MemberPrefix = "member-";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MemberLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FormationLifetime = TimeSpan.FromSeconds(30);

    /// <summary>How long the members that are known are asked before they are looked up anew.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Cluster _cluster = Cluster.Get(system);
    private readonly ClusterOptions _options = cluster.Options;
    private readonly IDutyStore _store = cluster.Store.Duties;
    private string? _complaint;

    private string MemberDuty => $"{MemberPrefix}{_options.Listen}";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _cluster.RegisterOnMemberRemoved(OnRemoved);
        while (!IsMember)
        {
            try
            {
                await TryAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (JobStoreException e)
            {
                Complain(e.Message);
            }
            if (!IsMember)
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
        }
        cluster.Membership.Joined();
        LogJoined(_cluster.State.Members.Count);
        if (_cluster.State.Members.Count == 2)
            LogTwo();
        await StayAsync(stoppingToken).ConfigureAwait(false);
    }

    /// <summary>A node that leaves because it stops has a reason by now; one that the others could not reach has none, or theirs.</summary>
    private void OnRemoved()
    {
        cluster.Actors.IsPutOut = CoordinatedShutdown.Get(system).ShutdownReason is null or CoordinatedShutdown.ClusterDowningReason;
        lifetime.StopApplication();
    }

    private bool IsMember => _cluster.SelfMember.Status is MemberStatus.Up or MemberStatus.WeaklyUp;

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        var known = (await _store.ListAsync(MemberPrefix, stoppingToken).ConfigureAwait(false)).Select(claim => claim.Duty[MemberPrefix.Length..]);
        var told = await AskContactsAsync(stoppingToken).ConfigureAwait(false);
        var others = known.Concat(told).Where(address => address != _options.Listen.ToString()).Distinct(StringComparer.Ordinal).Select(AddressOf).ToArray();
        if (others.Length > 0)
        {
            _cluster.JoinSeedNodes(others);
            if (await IsUpWithinAsync(Patience, stoppingToken).ConfigureAwait(false))
                return;
        }
        if (await _store.ClaimAsync(Formation, node, FormationLifetime, stoppingToken).ConfigureAwait(false) is { } claim)
            await BeginAsync(claim, stoppingToken).ConfigureAwait(false);
    }

    /// <summary>Members are looked up once more under the claim: who had it before may have begun a cluster meanwhile, and is known before it gives the claim back.</summary>
    private async Task BeginAsync(DutyClaim claim, CancellationToken stoppingToken)
    {
        if ((await _store.ListAsync(MemberPrefix, stoppingToken).ConfigureAwait(false)).Any(member => member.Duty != MemberDuty))
        {
            Complain("the members that the store knows do not answer");
        }
        else
        {
            _cluster.Join(_cluster.SelfAddress);
            if (await IsUpWithinAsync(Patience, stoppingToken).ConfigureAwait(false))
                await _store.ClaimAsync(MemberDuty, node, MemberLifetime, stoppingToken).ConfigureAwait(false);
        }
        await _store.ReleaseAsync(claim, stoppingToken).ConfigureAwait(false);
    }

    /// <summary>While the node is a member, the store knows it.</summary>
    private async Task StayAsync(CancellationToken stoppingToken)
    {
        DutyClaim? claim = null;
        try
        {
            while (true)
            {
                try
                {
                    if (claim is null || !await _store.RenewAsync(claim, MemberLifetime, stoppingToken).ConfigureAwait(false))
                        claim = await _store.ClaimAsync(MemberDuty, node, MemberLifetime, stoppingToken).ConfigureAwait(false);
                    _complaint = null;
                }
                catch (JobStoreException e)
                {
                    Complain(e.Message);
                }
                await Task.Delay(RenewPause, time, stoppingToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (claim is not null)
                await ReleaseAsync(claim).ConfigureAwait(false);
        }
    }

    private async Task ReleaseAsync(DutyClaim claim)
    {
        try
        {
            using var deadline = new CancellationTokenSource(RenewPause, time);
            await _store.ReleaseAsync(claim, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JobStoreException or OperationCanceledException)
        {
            // It ends by itself.
        }
    }

    private async Task<bool> IsUpWithinAsync(TimeSpan limit, CancellationToken stoppingToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var timer = time.CreateTimer(_ => deadline.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.RegisterOnMemberUp(() => up.TrySetResult());
        try
        {
            await up.Task.WaitAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return IsMember;
        }
    }

    /// <summary>Who cannot be found may be found later; the others are asked meanwhile.</summary>
    private async Task<IEnumerable<string>> AskContactsAsync(CancellationToken stoppingToken)
    {
        var answers = await cluster.Contacts.AskAsync(stoppingToken).ConfigureAwait(false);
        var troubles = answers.Select(answer => answer.Trouble).OfType<string>().ToArray();
        if (troubles.Length > 0)
            Complain(string.Join("; ", troubles));
        return answers.SelectMany(answer => answer.Addresses).Select(address => address.ToString());
    }

    private Address AddressOf(string listen)
    {
        var address = NodeAddress.Parse(listen, "the store", "member");
        return new Address(_cluster.SelfAddress.Protocol, system.Name, address.Host, address.Port);
    }

    private void Complain(string why)
    {
        if (!IsMember)
            cluster.Membership.Waits(why);
        if (_complaint == why)
            return;
        _complaint = why;
        if (IsMember)
            LogUnknown(why);
        else
            LogWaiting(why);
    }

    [LoggerMessage(1901, LogLevel.Information, "This node is a member of a cluster of {Members}")]
    private partial void LogJoined(int members);

    [LoggerMessage(1902, LogLevel.Warning, "The cluster has two nodes: it does not survive the death of either. Start a third")]
    private partial void LogTwo();

    [LoggerMessage(1903, LogLevel.Warning, "This node is in no cluster, serves its own VMs, and tries on: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(1909, LogLevel.Warning, "This node stays a member of its cluster, and the store cannot be told so: {Reason}")]
    private partial void LogUnknown(string reason);
}
