using System.Text.Json;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>How much a finding matters, worst first.</summary>
internal enum Severity
{
    /// <summary>Something does not work.</summary>
    Error,

    /// <summary>Something works in part, or may fail.</summary>
    Warning,

    /// <summary>Good to know: it does not change the exit code.</summary>
    Note,
}

/// <summary>One thing that <c>doctor</c> found.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Check">Which check found it, such as <c>agent-absent</c>: stable, for scripts.</param>
/// <param name="Names">The VMs it is about, in natural order; none if it is about the server.</param>
/// <param name="Evidence">What was seen. May be a guest's text.</param>
/// <param name="Next">What to do; <see langword="null"/> for a reason that this client does not know.</param>
internal sealed record Finding(Severity Severity, string Check, IReadOnlyList<string> Names, string Evidence, string? Next)
{
    /// <summary>About VMs with the same reason and the same evidence: one finding.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="check">Which check.</param>
    /// <param name="vms">Names, each with what was seen of it.</param>
    /// <param name="next">What to do, by the VM's name if it is one alone, else of <see langword="null"/>.</param>
    public static IEnumerable<Finding> OfVms(Severity severity, string check, IEnumerable<(string Name, string Evidence)> vms, Func<string?, string?> next) => vms
        .GroupBy(vm => vm.Evidence, vm => vm.Name, StringComparer.Ordinal)
        .Select(group => (string[])[.. group.Order(NaturalOrder.Instance)])
        .Zip(vms.Select(vm => vm.Evidence).Distinct(StringComparer.Ordinal))
        .Select(group => new Finding(severity, check, group.First, group.Second, next(group.First is [var only] ? only : null)));

    public JsonElement Document() => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("severity", Severity.ToString().ToLowerInvariant());
        writer.WriteString("check", Check);
        if (Names.Count > 0)
            VmNames.WriteTo(writer, Names);
        writer.WriteString("evidence", Evidence);
        if (Next is not null)
            writer.WriteString("next", Next);
        writer.WriteEndObject();
    });
}
