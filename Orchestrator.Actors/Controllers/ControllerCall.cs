using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Akka.Actor;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Controllers;

/// <summary>Whose call it is, and what all calls of an instance share.</summary>
/// <param name="Controller">Name of the controller.</param>
/// <param name="Instance">Key of the instance.</param>
/// <param name="Vm">Its VM; <see langword="null"/> for the fleet's.</param>
/// <param name="IsShadow">Whether nothing is changed.</param>
/// <param name="Note">Where notes go. Any thread.</param>
internal sealed record ControllerCaller(string Controller, string Instance, VmId? Vm, bool IsShadow, Action<string> Note);

/// <summary>One call of a handler. What it says of VMs, publishes and sets counts once it has succeeded.</summary>
internal sealed partial class ControllerCall : ControllerContext
{
    private const int MaxNotes = 1_000;
    private const int MaxPublished = 1_000;
    private const int MaxPublishedBytes = 65_536;
    private const int MaxFactLength = 256;

    private readonly ControllerEnvironment _environment;
    private readonly ControllerCommander _commander;
    private readonly ControllerCaller _caller;
    private readonly ControllerState _state;
    private readonly string? _key;
    private readonly int _attempt;
    private readonly Lock _lock = new();
    private readonly List<FleetEvent> _published = [];
    private readonly Dictionary<(VmId Vm, string Fact), string?> _facts = [];
    private int _ordinal;
    private int _notes;
    private volatile bool _isOver;
    private volatile bool _hasShadowed;

    /// <param name="environment">Of the node.</param>
    /// <param name="commander">Of the controller.</param>
    /// <param name="caller">Whose call it is.</param>
    /// <param name="state">The instance's values.</param>
    /// <param name="work">Of whose key the keys of commands are made; <see langword="null"/>: commands have none.</param>
    /// <param name="attempt">How often the work has been tried since the instance began, from 1.</param>
    public ControllerCall(ControllerEnvironment environment, ControllerCommander commander, ControllerCaller caller, IReadOnlyDictionary<string, string> state, ControllerWork? work, int attempt)
    {
        (_environment, _commander, _caller, _attempt) = (environment, commander, caller, attempt);
        _state = new ControllerState(state);
        _key = work is null ? null : $"ctl/{work.Log}/{caller.Controller}/{caller.Instance}/{work.Key}/";
    }

    /// <inheritdoc/>
    public override TimeProvider Time => _environment.Time;

    /// <inheritdoc/>
    public override bool IsShadow => _caller.IsShadow;

    /// <inheritdoc/>
    public override VmId? Vm => _caller.Vm;

    /// <summary>What is different in the instance's values.</summary>
    public IReadOnlyDictionary<string, string?> Changes => _state.Changes;

    /// <summary>Whether it has come to a command that was only noted.</summary>
    public bool HasShadowed => _hasShadowed;

    /// <summary>Nothing more may come through it.</summary>
    public void End() => _isOver = true;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<VmSnapshot>> FindAsync(TargetSelector? vms, CancellationToken cancellationToken)
    {
        Check();
        return [.. (await SelectAsync(vms, cancellationToken).ConfigureAwait(false)).Select(entry => entry.Snapshot)];
    }

    /// <inheritdoc/>
    public override IQapiClient Commands(VmId vm) => new ControllerClient(this, vm);

    /// <inheritdoc/>
    public override async Task<JobSnapshot> RunAsync(JobSpec job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var key = NextKey();
        if (IsShadow && job.Command.Class != CommandClass.ReadOnly)
            throw Shadowed($"would run {job.Name} {ArgumentsOf(job)}on {job.Target.Text}");
        return (await _commander.RunAsync(Explained(job, key), key, cancellationToken).ConfigureAwait(false)).Job;
    }

    /// <summary>Asks one VM.</summary>
    /// <exception cref="OutcomeException">It did not answer with success.</exception>
    internal async Task<ReadOnlyMemory<byte>> ReadAsync(EncodedCommand command, VmId vm, CancellationToken cancellationToken)
    {
        Check();
        if (await SelectAsync(ControllerJobs.Only(vm), cancellationToken).ConfigureAwait(false) is [var entry, ..])
            return IsElsewhere(entry) ? await ReadElsewhereAsync(command, vm, cancellationToken).ConfigureAwait(false) : await _commander.ReadAsync(entry.Vm, command, cancellationToken).ConfigureAwait(false);
        throw new OutcomeException(command.Name, new Outcome { Vm = vm, Name = vm.ToString(), Host = _environment.Host, Phase = Phase.Undelivered, Reason = Reasons.VmNotFound, Effect = Effect.None, Message = "the VM is not here any more" });
    }

    /// <summary>A command on one VM that may change something.</summary>
    /// <returns>Its outcome; <see langword="null"/> if it was only noted.</returns>
    internal async Task<Outcome?> CommandAsync(JobSpec job, VmId vm, CancellationToken cancellationToken)
    {
        var key = NextKey();
        if (IsShadow)
        {
            var shadowed = Shadowed($"would send {job.Command.Name} {ArgumentsOf(job)}to {vm}");
            return job.Command.Returns is null ? null : throw shadowed;
        }
        return await _commander.CommandAsync(Explained(job, key), key, _attempt, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<FreezeReplies.Snapshots> SnapshotAsync(SnapshotSpec snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Check();
        return IsShadow ? throw Shadowed($"would take the snapshot {snapshot.Name} of {snapshot.Target.Text}") : _commander.SnapshotAsync(snapshot, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<FreezeGroupSnapshot> FreezeAsync(FreezeSpec freeze, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(freeze);
        Check();
        return IsShadow ? throw Shadowed($"would freeze {freeze.Target.Text}") : _commander.FreezeAsync(new FreezeCommands.Create(freeze), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<FreezeGroupSnapshot> ThawAsync(string groupId, CancellationToken cancellationToken)
    {
        Check();
        return IsShadow ? throw Shadowed($"would thaw the group {groupId}") : _commander.FreezeAsync(new FreezeCommands.Thaw(groupId), cancellationToken);
    }

    /// <inheritdoc/>
    public override string? Get(string key)
    {
        lock (_lock)
            return _state.Get(key);
    }

    /// <inheritdoc/>
    public override void Set(string key, string? value)
    {
        Check();
        lock (_lock)
            _state.Set(key, value);
    }

    /// <inheritdoc/>
    public override void Publish(string name, ReadOnlyMemory<byte> data, VmSnapshot? vm)
    {
        Check();
        if (name is null || !EventNameForm().IsMatch(name))
            throw new ArgumentException($"'{name}': the name of an event has 1 to 64 upper-case letters, digits and '_', the first of them a letter", nameof(name));
        if (data.Length > MaxPublishedBytes)
            throw new ArgumentException($"the data of an event has at most {MaxPublishedBytes} bytes", nameof(data));
        var happened = new FleetEvent
        {
            Host = vm?.Host ?? _environment.Host,
            Vm = vm?.Id,
            VmName = vm?.Name ?? "",
            Name = name,
            Controller = _caller.Controller,
            Data = ControllerJson.Object(data),
            Time = Time.GetUtcNow(),
            Provenance = Provenance.Host,
            Incarnation = vm?.Incarnation ?? 0,
            Seen = vm,
        };
        lock (_lock)
        {
            if (_published.Count >= MaxPublished)
                throw new InvalidOperationException($"a handler publishes at most {MaxPublished} events");
            _published.Add(happened);
        }
    }

    /// <inheritdoc/>
    public override void SetFact(VmId vm, string fact, string? value)
    {
        Check();
        if (fact is null || !FactForm().IsMatch(fact))
            throw new ArgumentException($"'{fact}': a fact has 1 to 64 lower-case letters, digits, '-' and '.'", nameof(fact));
        if (value?.Length > MaxFactLength)
            throw new ArgumentException($"the value of the fact {fact} has more than {MaxFactLength} characters", nameof(value));
        lock (_lock)
            _facts[(vm, $"{_caller.Controller}.{fact}")] = value;
    }

    /// <inheritdoc/>
    public override void Note(string message)
    {
        if (!_isOver)
            TakeNote(message ?? "");
    }

    private void TakeNote(string text)
    {
        if (Interlocked.Increment(ref _notes) <= MaxNotes)
            _caller.Note(text);
    }

    /// <summary>The handler has succeeded: what it published and said of VMs is told.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        if (IsShadow)
        {
            foreach (var happened in _published)
                TakeNote($"would publish {happened.Name} {Encoding.UTF8.GetString(happened.Data.Span)}");
            foreach (var ((vm, fact), value) in _facts)
                TakeNote($"would set the fact {fact} of {vm} to {value ?? "nothing"}");
            return;
        }
        foreach (var vm in _facts.GroupBy(fact => fact.Key.Vm))
        {
            var facts = vm.ToDictionary(fact => fact.Key.Fact, fact => fact.Value);
            foreach (var entry in await SelectAsync(ControllerJobs.Only(vm.Key), cancellationToken).ConfigureAwait(false))
                await SetFactsAsync(entry, facts, cancellationToken).ConfigureAwait(false);
        }
        foreach (var happened in _published)
            _environment.Logs[_environment.Host].Tell(happened);
    }

    private async Task<IReadOnlyList<InventoryEntry>> SelectAsync(TargetSelector? vms, CancellationToken cancellationToken) =>
        (await _environment.Inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(vms), Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false)).Entries;

    private JobSpec Explained(JobSpec job, string? key) => job with { Comment = job.Comment ?? $"controller {_caller.Controller}{(key is null ? ", replay" : $": {key}")}" };

    private string? NextKey()
    {
        Check();
        var ordinal = Interlocked.Increment(ref _ordinal);
        return _key is null ? null : string.Create(CultureInfo.InvariantCulture, $"{_key}{ordinal}");
    }

    private ControllerShadowedException Shadowed(string what)
    {
        _hasShadowed = true;
        TakeNote(what);
        return new ControllerShadowedException(what);
    }

    private void Check()
    {
        if (_isOver)
            throw new InvalidOperationException("this call of the handler is over: its context is of no use any more");
    }

    private static string ArgumentsOf(JobSpec job) => job.Command.Arguments.Span is { IsEmpty: false } arguments && !arguments.SequenceEqual("{}"u8) ? ControllerJson.Short(arguments) + " " : "";

    [GeneratedRegex("^[A-Z][A-Z0-9_]{0,63}$")]
    private static partial Regex EventNameForm();

    [GeneratedRegex("^[a-z0-9.-]{1,64}$")]
    private static partial Regex FactForm();
}
