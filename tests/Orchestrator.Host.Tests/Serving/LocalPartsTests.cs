using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class LocalPartsTests : IDisposable
{
    private const string Job = "01J00000000000000000000003";

    private readonly ActorSystem _system = ActorSystem.Create("parts", "akka { loglevel = OFF, stdout-loglevel = OFF }");
    private readonly LocalParts _parts = new() { Logs = new EventLogs(TimeProvider.System) };

    public void Dispose() => _system.Dispose();

    [Fact]
    public void Node_that_is_alone_has_every_job()
    {
        var all = Part();
        Assert.False(_parts.HasJobs);
        _parts.Add(LocalParts.AllJobs, all);

        Assert.True(_parts.HasJobs);
        Assert.Equal(all, _parts.JobsOf(Job));
        Assert.Equal(all, _parts.JobsOf("anything"));
        Assert.Equal(all, _parts.NewJobs(null));
        Assert.Equal(all, _parts.NewJobs("key"));
    }

    [Fact]
    public void Node_of_a_cluster_has_the_jobs_of_its_partitions()
    {
        var three = Part();
        _parts.Add(LocalParts.JobsOf('3'), three);

        Assert.True(_parts.HasJobs);
        Assert.Equal(three, _parts.JobsOf(Job));
        Assert.Equal(three, _parts.NewJobs(null));
        Moving("'jobs-4'", () => _parts.JobsOf(Job[..^1] + "4"));
    }

    [Fact]
    public void Jobs_of_controllers_are_no_place_for_new_ones()
    {
        var controllers = Part();
        _parts.Add(LocalParts.JobsOf(JobPartition.OfControllers), controllers);

        Assert.False(_parts.HasJobs);
        Assert.Equal(controllers, _parts.JobsOf(Job[..^1] + "Z"));
        Moving("'jobs'", () => _parts.NewJobs(null));
    }

    [Fact]
    public void New_job_with_a_key_goes_to_the_partition_of_the_key()
    {
        var mine = JobPartition.OfKey("key");
        var (right, wrong) = (Part(), Part());
        foreach (var partition in JobPartition.OfGateways.Where(partition => partition != mine))
            _parts.Add(LocalParts.JobsOf(partition), wrong);
        Moving($"'jobs-{mine}'", () => _parts.NewJobs("key"));

        _parts.Add(LocalParts.JobsOf(mine), right);

        Assert.Equal(right, _parts.NewJobs("key"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("01J0000000000000000000000!")]
    [InlineData("01J0000000000000000000000I")]
    public void What_is_no_id_of_a_job_is_not_moving(string id) => Assert.Equal("job-not-found", Assert.Throws<RequestException>(() => _parts.JobsOf(id)).Code);

    [Fact]
    public void Part_that_ends_late_leaves_its_successor()
    {
        var (old, next) = (Part(), Part());
        _parts.Add(LocalParts.Freezes, old);
        _parts.Add(LocalParts.Freezes, next);
        _parts.Remove(LocalParts.Freezes, old);
        Assert.Equal(next, _parts.Get(LocalParts.Freezes));
        Assert.True(_parts.TryGet(LocalParts.Freezes, out var found) && found.Equals(next));

        _parts.Remove(LocalParts.Freezes, next);

        Moving("'freezes'", () => _parts.Get(LocalParts.Freezes));
        Assert.False(_parts.TryGet(LocalParts.Freezes, out _));
    }

    private IActorRef Part() => _system.ActorOf(Props.Create(() => new Silent()));

    private static void Moving(string words, Func<IActorRef> ask)
    {
        var refused = Assert.Throws<RequestException>(() => ask());
        Assert.Equal("moving", refused.Code);
        Assert.Contains(words, refused.Message);
    }

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
