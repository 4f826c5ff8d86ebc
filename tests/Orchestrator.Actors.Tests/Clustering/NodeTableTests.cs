using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class NodeTableTests
{
    private static readonly NodeInfo A = Info("a", 1, 4051);
    private static readonly NodeInfo B = Info("b", 2, 4052);
    private readonly FakeTimeProvider _time = new();
    private readonly NodeTable _table;

    public NodeTableTests() => _table = new NodeTable(A, _time);

    [Fact]
    public void Node_that_is_alone_knows_itself()
    {
        Assert.Equal(new NodeEvents.Up(A, IsSelf: true), Assert.Single(_table.Now()));
        var view = Assert.Single(_table.Views());
        Assert.Equal((A, NodeState.Joining, true), (view.Info, view.State, view.IsSelf));
        Change(A, NodeState.Up);
        Assert.Equal(NodeState.Up, StateOf("a"));
    }

    [Fact]
    public void Member_is_a_stranger_until_it_has_told_its_name()
    {
        Assert.Null(Change(B, NodeState.Joining));
        Assert.Equal([B.Address], _table.Strangers);
        Assert.Null(Change(B, NodeState.Up));
        Assert.Single(_table.Views());

        Assert.Equal(new NodeEvents.Up(B, IsSelf: false), _table.Introduce(B));

        Assert.Empty(_table.Strangers);
        Assert.Null(_table.Introduce(B));
        Assert.Equal(["a", "b"], _table.Views().Select(view => view.Info.Name));
    }

    [Fact]
    public void Introduction_of_nobody_or_of_an_earlier_process_is_not_taken()
    {
        Assert.Null(_table.Introduce(B));
        Change(B, NodeState.Up);

        Assert.Null(_table.Introduce(B with { Incarnation = 1 }));

        Assert.Equal([B.Address], _table.Strangers);
    }

    [Fact]
    public void Leader_is_told_by_its_address()
    {
        Join(B);
        _table.Leader = B.Address;
        Assert.Equal([false, true], _table.Views().Select(view => view.IsLeader));
    }

    [Fact]
    public void Node_that_does_not_answer_says_since_when_and_may_be_back()
    {
        Join(B);
        _time.Advance(TimeSpan.FromMinutes(1));
        var since = _time.GetUtcNow();

        Assert.Equal(new NodeEvents.Unreachable(B, since), Change(B, NodeState.Unreachable));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(Change(B, NodeState.Unreachable));
        Assert.Equal((NodeState.Unreachable, since), (StateOf("b"), _table.Views()[1].Since));
        Assert.Contains(new NodeEvents.Unreachable(B, since), _table.Now());
        Assert.Equal(new NodeEvents.Up(B, IsSelf: false), Change(B, NodeState.Up));
    }

    [Fact]
    public void Node_that_leaves_answers_until_it_is_gone_and_stays_known()
    {
        Join(B);
        Change(B, NodeState.Leaving);
        Assert.Null(Change(B, NodeState.Up));
        Assert.Equal(NodeState.Leaving, StateOf("b"));

        Assert.Equal(new NodeEvents.Gone(B, _time.GetUtcNow()), Change(B, NodeState.Gone));

        Assert.Equal(NodeState.Gone, StateOf("b"));
        Assert.Empty(_table.Strangers);
    }

    [Fact]
    public void New_process_at_the_same_address_takes_the_place_of_the_old_one_once_it_has_told_its_name()
    {
        Join(B);
        Change(B, NodeState.Gone);
        var next = B with { Incarnation = 3 };

        Assert.Null(Change(next, NodeState.Up));
        Assert.Equal(NodeState.Gone, StateOf("b"));
        Assert.Equal([B.Address], _table.Strangers);
        Assert.Equal(new NodeEvents.Up(next, IsSelf: false), _table.Introduce(next));

        Assert.Equal(next, _table.Views()[1].Info);
        Assert.Null(Change(B, NodeState.Gone));
        Assert.Equal(NodeState.Up, StateOf("b"));
    }

    [Fact]
    public void New_process_that_dies_unnamed_leaves_the_node_as_it_was()
    {
        Join(B);
        Change(B, NodeState.Gone);
        var next = B with { Incarnation = 3 };
        Change(next, NodeState.Up);

        Assert.Null(Change(next, NodeState.Unreachable));
        Assert.Null(Change(next, NodeState.Gone));

        Assert.Equal((B, NodeState.Gone), (_table.Views()[1].Info, _table.Views()[1].State));
        Assert.IsType<NodeReplies.Removed>(_table.Remove("b"));
    }

    [Fact]
    public void Stranger_that_leaves_is_forgotten()
    {
        Change(B, NodeState.Up);
        Assert.Null(Change(B, NodeState.Gone));
        Assert.Equal(["a"], _table.Views().Select(view => view.Info.Name));
        Assert.Single(_table.Now());
    }

    [Fact]
    public void Node_with_another_address_replaces_what_it_was()
    {
        Join(B);
        Change(B, NodeState.Gone);
        var moved = Info("b", 5, 4055);
        Join(moved);

        Assert.Equal([A, moved], _table.Views().Select(view => view.Info));
    }

    [Fact]
    public void Old_address_of_a_node_disappears_when_it_leaves_after_the_new_one_came()
    {
        Join(B);
        Change(B, NodeState.Unreachable);
        var moved = Info("b", 5, 4055);
        Join(moved);
        Assert.Equal(3, _table.Views().Count);

        Change(B, NodeState.Gone);

        Assert.Equal([A, moved], _table.Views().Select(view => view.Info));
    }

    [Fact]
    public void Removing_takes_the_process_that_does_not_answer_and_leaves_its_namesake()
    {
        Join(B);
        var moved = Info("b", 5, 4055);
        Join(moved);
        Change(B, NodeState.Unreachable);

        Assert.Equal(B, Assert.IsType<NodeReplies.Removed>(_table.Remove("b")).Node.Info);

        Assert.True(_table.Knows("b"));
        Assert.Equal("node-reachable", Assert.IsType<NodeReplies.Rejected>(_table.Remove("b")).Code);
    }

    [Fact]
    public void Only_what_does_not_answer_is_removed()
    {
        Join(B);
        Assert.Equal("node-not-found", Assert.IsType<NodeReplies.Rejected>(_table.Remove("c")).Code);
        var rejected = Assert.IsType<NodeReplies.Rejected>(_table.Remove("b"));
        Assert.Equal("node-reachable", rejected.Code);
        Assert.Contains("node drain b", rejected.Message);
        Assert.Equal("node-reachable", Assert.IsType<NodeReplies.Rejected>(_table.Remove("a")).Code);
        Change(B, NodeState.Unreachable);

        Assert.Equal(NodeState.Unreachable, Assert.IsType<NodeReplies.Removed>(_table.Remove("b")).Node.State);

        Assert.False(_table.Knows("b"));
        // What Akka tells of it afterwards changes nothing.
        Assert.Null(Change(B, NodeState.Unreachable));
        Assert.Empty(_table.Strangers);
        Assert.Null(Change(B, NodeState.Gone));
        Assert.Single(_table.Views());
    }

    [Fact]
    public void Node_that_another_has_removed_is_forgotten_whatever_is_known_of_it_but_not_a_newer_process()
    {
        Join(B);
        Assert.Null(_table.Forget("b", 77));
        Assert.Null(_table.Forget("a", A.Incarnation));

        Assert.Equal(B, _table.Forget("b", B.Incarnation)!.Info);

        Assert.False(_table.Knows("b"));
    }

    private static NodeInfo Info(string name, int incarnation, int port) =>
        new(name, incarnation, $"akka.tcp://orchestrator@127.0.0.1:{port}", $"http://127.0.0.1:{port + 1}", "1", DateTimeOffset.UnixEpoch, ["vmhost"]);

    private object? Change(NodeInfo node, NodeState state) => _table.Change(new UniqueAddress(Address.Parse(node.Address), node.Incarnation), state);

    private void Join(NodeInfo node)
    {
        Change(node, NodeState.Up);
        Assert.IsType<NodeEvents.Up>(_table.Introduce(node));
    }

    private NodeState StateOf(string name) => _table.Views().Single(view => view.Info.Name == name).State;
}
