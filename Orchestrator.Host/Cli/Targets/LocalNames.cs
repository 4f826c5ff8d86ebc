using System.Globalization;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Cli.Targets;

/// <summary>A selector over names alone, without a server: the names that are written in it are all there are.</summary>
internal static class LocalNames
{
    /// <summary>A nodeset of more names is a mistake in a range.</summary>
    public const int Most = 100_000;

    /// <summary>Those of the names written in the selector that it matches, in no order.</summary>
    /// <exception cref="CliException">It is no selector, asks for more than names, or has too many of them.</exception>
    public static IEnumerable<string> Of(string text)
    {
        if (!TargetSelector.TryParse(text, out var selector, out var error))
            throw CliException.Usage(error.Message);
        var written = selector.NamesWritten(Most);
        if (written.NeedsVms)
            throw CliException.Usage("--local knows names only: UUIDs, l:, f:, h: and s: need the server, so leave --local out");
        if (written.IsCut)
            throw CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"the ranges have more than {Most} names: is a number too long?"));
        return written.Names.Where(name => selector.Matches(new VmSnapshot { Name = name, Host = "" }));
    }
}
