namespace Orchestrator.Bench.Fuzz;

/// <summary>What must hold for every input.</summary>
internal static class Require
{
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }

    public static void Equal(string expected, string actual, string otherwise) => That(expected == actual, $"{otherwise}: '{expected}' and '{actual}'");
}
