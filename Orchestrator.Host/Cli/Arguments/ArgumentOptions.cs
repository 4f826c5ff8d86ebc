using System.CommandLine;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Arguments;

/// <summary>How a command's arguments are given: pairs behind its name, or one JSON object with <c>--args</c>.</summary>
internal sealed class ArgumentOptions
{
    public Argument<string[]> Pairs { get; } = new("arguments")
    {
        Description = "The command's arguments",
        HelpName = "key=value",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> Whole { get; } = new("--args")
    {
        Description = "All arguments as one JSON object; @FILE reads it from a file, - from standard input",
        HelpName = "JSON",
    };

    public void AddTo(Command command)
    {
        command.Add(Pairs);
        command.Add(Whole);
    }

    /// <summary>The arguments object; <see langword="null"/> when none were given.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="convert">Makes an object of the pairs; asked only when there are any.</param>
    /// <param name="cancellation">Ends reading of standard input.</param>
    /// <exception cref="CliException">Both forms were used, or <c>--args</c> is not a JSON object.</exception>
    public async Task<JsonElement?> ReadAsync(CliContext context, Func<IReadOnlyList<ArgumentPair>, Task<JsonElement>> convert, CancellationToken cancellation)
    {
        var pairs = context.Parsed.GetValue(Pairs) ?? [];
        if (context.Parsed.GetValue(Whole) is not { } whole)
            return pairs.Length == 0 ? null : await convert([.. pairs.Select(ArgumentPair.Parse)]);
        if (pairs.Length > 0)
            throw CliException.Usage("give the arguments either as key=value or with --args, not both");

        try
        {
            var arguments = JsonElement.Parse(await ReadTextAsync(whole, context.Environment, cancellation));
            if (arguments.ValueKind == JsonValueKind.Object)
                return arguments;
        }
        catch (JsonException error)
        {
            throw CliException.Usage($"--args is not JSON: {error.Message}");
        }
        throw CliException.Usage("--args is not a JSON object, such as {\"path\":\"/etc/hostname\"}");
    }

    private static async Task<string> ReadTextAsync(string text, CliEnvironment environment, CancellationToken cancellation)
    {
        if (text != "-" && !text.StartsWith('@'))
            return text;
        try
        {
            using var reader = new StreamReader(text == "-" ? environment.TakeInput() : File.OpenRead(text[1..]));
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"--args: cannot read '{text}': {error.Message}");
        }
    }
}
