using System.Text;
using Spectre.Console;

namespace Orchestrator.Host.Cli.Output;

/// <summary>
/// Spectre.Console on one of this program's streams, for what people read: tables, headings, progress. The forms for programs never come here,
/// so that they do not load it. What is written is text that is already escaped, never markup.
/// </summary>
internal static class TerminalConsole
{
    /// <summary>Columns where nothing is to be wrapped.</summary>
    private const int Unlimited = 1 << 20;

    /// <param name="output">Where it writes.</param>
    /// <param name="moves">Whether it may move the cursor, which takes control sequences also where colours are not wanted.</param>
    public static IAnsiConsole Open(TerminalWriter output, bool moves = false) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Stream(output),
        Ansi = output.HasColor || moves ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = output.HasColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = moves ? InteractionSupport.Yes : InteractionSupport.No,
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    /// <summary>One word or line in a colour, however long.</summary>
    public static void Write(TerminalWriter output, string text, Tone tone)
    {
        var console = Open(output);
        console.Profile.Width = Unlimited;
        console.Write(new Text(TerminalText.EscapeLine(text), StyleOf(tone)));
    }

    public static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Maroon),
        Tone.Heading => new Style(decoration: Decoration.Bold),
        _ => Style.Plain,
    };

    private sealed class Stream(TerminalWriter output) : IAnsiConsoleOutput
    {
        public TextWriter Writer => output.Writer;

        public bool IsTerminal => output.IsTerminal;

        public int Width => output.Width ?? Unlimited;

        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
