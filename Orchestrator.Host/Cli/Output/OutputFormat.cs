using System.CommandLine;

namespace Orchestrator.Host.Cli.Output;

/// <summary>The forms results can take.</summary>
internal static class OutputFormat
{
    public const string Table = "table";
    public const string Wide = "wide";
    public const string Fold = "fold";
    public const string Ndjson = "ndjson";
    public const string Json = "json";
    public const string Yaml = "yaml";

    /// <summary>An <c>-o</c> option that accepts the given forms, the first being the default.</summary>
    public static Option<string> Option(params string[] accepted)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"Form of the result: {string.Join(", ", accepted)}",
            HelpName = "FORM",
            DefaultValueFactory = _ => accepted[0],
        };
        return option.AcceptOnlyFromAmong(accepted);
    }
}
