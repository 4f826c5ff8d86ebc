using System.Collections.Frozen;
using CsCheck;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

/// <summary>Snapshots and selectors for the tests of this folder.</summary>
internal static class Sample
{
    public static readonly Guid Uuid = Guid.Parse("6f1d8a52-93f4-4c0b-8a1e-0123456789ab");

    /// <summary>Snapshots from so small a world that most terms are true of some and false of others.</summary>
    public static readonly Gen<VmSnapshot> AnyVm = Gen.Select(
        Gen.OneOf("web1", "web2", "web07", "web7", "db1", "and", "a'b", "rack1-vm01"),
        Gen.OneOf("host1", "host2"),
        Gen.Enum<VmState>(),
        Gen.Enum<AgentState>(),
        Gen.OneOf<string?>(null, "front", "back", ""),
        Gen.OneOf<string?>(null, "debian", "fedora"),
        Gen.Bool,
        (name, host, state, agent, tier, os, known) => Vm(name) with
        {
            Host = host,
            State = state,
            Agent = agent,
            Labels = Entries("tier", tier),
            Facts = Entries("os.id", os),
            Id = known ? new VmId(Uuid) : null,
        });

    public static VmSnapshot Vm(string name) => new() { Name = name, Host = "host1" };

    public static FrozenDictionary<string, string> Entries(string key, string? value) =>
        value is null ? FrozenDictionary<string, string>.Empty : new Dictionary<string, string> { [key] = value }.ToFrozenDictionary();

    public static TargetSelector Parse(string text)
    {
        Assert.True(TargetSelector.TryParse(text, out var selector, out var error), error?.Message);
        return selector;
    }

    public static SelectorError ErrorOf(string text)
    {
        Assert.False(TargetSelector.TryParse(text, out var selector, out var error));
        Assert.Null(selector);
        return error;
    }

    public static bool Matches(string text, VmSnapshot vm) => Parse(text).Matches(vm);
}
