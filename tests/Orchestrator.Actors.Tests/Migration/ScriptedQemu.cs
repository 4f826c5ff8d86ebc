using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Migration;

/// <summary>A QEMU whose answers and events the test gives.</summary>
internal sealed class ScriptedQemu(string name, TestProbe vm) : IMigrationPeer
{
    private readonly Lock _lock = new();
    private readonly List<string> _asked = [];
    private readonly Dictionary<string, CommandResult> _answers = new(StringComparer.Ordinal);
    private IActorRef? _follower;

    public string Name => name;

    public IActorRef Origin => vm;

    /// <summary>What it was asked to change, in order: names, and arguments of settings.</summary>
    public string[] Changes
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    /// <summary>An answer from now on.</summary>
    public ScriptedQemu Answers(string command, CommandResult result)
    {
        lock (_lock)
            _answers[command] = result;
        return this;
    }

    public ScriptedQemu Answers(string command, string json) => Answers(command, MigrationSamples.Json(json));

    /// <summary>Sends an event to who follows.</summary>
    public void Happens(string status) =>
        _follower!.Tell(new VmEvents.Told(Encoding.UTF8.GetBytes($$$"""{"event":"MIGRATION","data":{"status":"{{{status}}}"}}""")), vm);

    public void Leaves() => _follower!.Tell(VmEvents.Left.Instance, vm);

    public Task<CommandResult> AskAsync(EncodedCommand command, TimeSpan timeout)
    {
        lock (_lock)
        {
            if (!command.Name.StartsWith("query-", StringComparison.Ordinal))
                _asked.Add(command.Name.StartsWith("migrate-set", StringComparison.Ordinal) ? $"{command.Name} {Encoding.UTF8.GetString(command.Arguments.Span)}" : command.Name);
            return Task.FromResult(_answers.GetValueOrDefault(command.Name, EncodedCommand.EmptyReturn));
        }
    }

    public void Follow(IActorRef follower) => _follower = follower;

    public void Unfollow(IActorRef follower)
    {
    }

    public void Tell(AgentHold message, IActorRef sender) => ((IActorRef)vm.Ref).Tell(message, sender);
}
