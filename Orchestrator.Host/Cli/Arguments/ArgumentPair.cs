namespace Orchestrator.Host.Cli.Arguments;

/// <summary>One <c>key=value</c> or <c>key:kind=value</c> of a command line.</summary>
/// <param name="Key">The argument's name in the schema.</param>
/// <param name="Kind">What the value is said to be (<c>text</c>, <c>str</c>); <see langword="null"/> when nothing is said.</param>
/// <param name="Value">Everything behind the first <c>=</c>.</param>
internal readonly record struct ArgumentPair(string Key, string? Kind, string Value)
{
    /// <exception cref="CliException">There is no <c>=</c>, or nothing before it.</exception>
    public static ArgumentPair Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals <= 0)
            throw CliException.Usage($"'{text}' is not an argument: write key=value, or give the whole object with --args JSON");
        var key = text[..equals];
        var colon = key.IndexOf(':');
        return colon < 0
            ? new ArgumentPair(key, null, text[(equals + 1)..])
            : new ArgumentPair(key[..colon], key[(colon + 1)..], text[(equals + 1)..]);
    }
}
