using System.Text.Json;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>Shorter words for reading what the API answered.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonElement json, string member) => json.TryGetProperty(member, out var value) ? value.GetString() : null;

    public static int Number(this JsonElement json, string member) => json.GetProperty(member).GetInt32();

    public static bool Is(this JsonElement json, string member, string text) => json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == text;

    /// <summary>Standard output of a program's outcome.</summary>
    public static string Stdout(this JsonElement outcome) => outcome.GetProperty("exec").GetProperty("stdout").Text("text")!;

    /// <summary>Holds an outcome to a phase, with everything that is known about it in the failure's message.</summary>
    public static JsonElement Ends(this JsonElement outcome, string phase, string? reason = null, string? effect = null)
    {
        Assert.True(
            outcome.Is("phase", phase) && (reason is null || outcome.Is("reason", reason)) && (effect is null || outcome.Is("effect", effect)),
            $"Expected {phase} {reason} {effect}, found {outcome.GetRawText()[..Math.Min(outcome.GetRawText().Length, 1000)]}");
        return outcome;
    }

    public static JsonElement Succeeds(this JsonElement outcome) => outcome.Ends("Succeeded", effect: "Applied");

    /// <summary>The <c>return</c> value of a command that succeeded.</summary>
    public static JsonElement Result(this JsonElement outcome) => outcome.Succeeds().GetProperty("result");
}
