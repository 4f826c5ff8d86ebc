using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>Why a text is not an <see cref="EventExpression"/>.</summary>
/// <param name="Position">Offset of the offending character, in UTF-16 code units from 0; the text's length if it ends too early.</param>
/// <param name="Expected">What could stand there.</param>
/// <param name="Message">Problem, position and expectation on the first line, then an excerpt of the text and a line with a caret below the position.</param>
public sealed record ExpressionError(int Position, string Expected, string Message)
{
    internal static ExpressionError At(string text, int position, string problem, string expected) =>
        new(position, expected, SelectorError.At(text, position, problem, expected).Message);
}
