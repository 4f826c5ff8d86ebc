using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class VmHostTableTests
{
    private static readonly VmHostInfo OfA = new("rack7", "a", 1, "akka.tcp://x@a:1", "/system/x", 3);
    private static readonly VmHostInfo OfB = OfA with { Node = "b", NodeIncarnation = 2, Address = "akka.tcp://x@b:1", Epoch = 5 };

    private readonly FakeTimeProvider _time = new();
    private readonly VmHostTable _table;

    public VmHostTableTests() => _table = new VmHostTable(_time);

    [Fact]
    public void Who_has_it_is_told_once_however_often_it_is_said()
    {
        Assert.Equal(new VmHostEvents.Up(OfA), _table.Take(OfA));
        Assert.Null(_table.Take(OfA));
        Assert.Equal([new VmHostEvents.Up(OfA)], _table.Now());
    }

    [Fact]
    public void Newer_claim_replaces_an_older_one_and_never_the_other_way()
    {
        _table.Take(OfA);

        Assert.Equal(new VmHostEvents.Up(OfB), _table.Take(OfB));
        Assert.Null(_table.Take(OfA));
        Assert.Null(_table.Leave(OfA));
        Assert.Empty(_table.NodeDown("a", 1, default));
        Assert.Equal([new VmHostEvents.Up(OfB)], _table.Now());
    }

    [Fact]
    public void Silence_of_its_node_is_down_since_it_was_heard_last_and_its_word_is_up_again()
    {
        _table.Take(OfA);
        var heard = _time.GetUtcNow();
        _time.Advance(VmHostTable.Patience - TimeSpan.FromSeconds(1));
        Assert.Empty(_table.Expire());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([new VmHostEvents.Down(OfA, heard)], _table.Expire());
        Assert.Empty(_table.Expire());
        Assert.Equal([new VmHostEvents.Down(OfA, heard)], _table.Now());
        Assert.Equal(new VmHostEvents.Up(OfA), _table.Take(OfA));
        Assert.Empty(_table.Expire());
    }

    [Fact]
    public void It_goes_down_with_the_process_of_its_node_and_no_other()
    {
        _table.Take(OfA);
        _table.Take(OfB with { Name = "rack8" });
        var since = _time.GetUtcNow();

        Assert.Empty(_table.NodeDown("a", 7, since));
        Assert.Equal([new VmHostEvents.Down(OfA, since)], _table.NodeDown("a", 1, since));
        Assert.Empty(_table.NodeDown("a", 1, since));
    }

    [Fact]
    public void What_is_given_up_is_down_at_once()
    {
        _table.Take(OfA);

        Assert.Equal(new VmHostEvents.Down(OfA, _time.GetUtcNow()), _table.Leave(OfA));
        Assert.Null(_table.Leave(OfA));
    }

    [Fact]
    public void Node_that_is_forgotten_takes_those_along_that_nobody_took_over()
    {
        _table.Take(OfA);
        _table.Take(OfA with { Name = "rack8" });
        _table.NodeDown("a", 1, default);
        _table.Take(OfB);

        Assert.Equal([new VmHostEvents.Forgotten("rack8")], _table.NodeForgotten("a"));
        Assert.Equal([new VmHostEvents.Up(OfB)], _table.Now());
    }
}
