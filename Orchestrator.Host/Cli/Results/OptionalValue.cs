namespace Orchestrator.Host.Cli.Results;

/// <summary>An option whose value may be left out takes one behind <c>=</c> only: else it would swallow the command behind it.</summary>
internal static class OptionalValue
{
    public const string Difference = "--diff";

    /// <summary>Stands for the value that was left out. The parser takes no empty one.</summary>
    public const string None = "*";

    /// <summary>The command line with a value given to a bare <c>--diff</c>; what stands behind <c>--</c> is another program's.</summary>
    public static string[] Bind(IReadOnlyList<string> arguments)
    {
        var own = arguments.TakeWhile(argument => argument != "--").Count();
        return [.. arguments.Select((argument, at) => at < own && argument == Difference ? $"{Difference}={None}" : argument)];
    }
}
