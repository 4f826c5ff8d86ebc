namespace Orchestrator.Actors.Tests;

/// <summary>Tables of expectations as text: rows stand in the source as they are read, blanks align columns and mean nothing.</summary>
internal static class TextTable
{
    public static string Normalize(string table) =>
        string.Join('\n', table.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(line => line.Length > 0));

    public static void AssertEqual(string expected, IEnumerable<string> rows) => Assert.Equal(Normalize(expected), Normalize(string.Join('\n', rows)));
}
