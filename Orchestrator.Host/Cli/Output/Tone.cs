namespace Orchestrator.Host.Cli.Output;

/// <summary>How a word is coloured where colours are allowed.</summary>
internal enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
    Heading,
}
