using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Results;

/// <summary>A place in a JSON value: <c>.</c> is the whole, <c>a.b</c> a member of a member, <c>[].a</c> that member of every item, <c>[0]</c> one item.</summary>
internal sealed class MemberPath
{
    private readonly string _text;

    private MemberPath(string text, IReadOnlyList<PathStep> steps)
    {
        _text = text;
        Steps = steps;
    }

    /// <summary>From the outside in; none for the whole.</summary>
    public IReadOnlyList<PathStep> Steps { get; }

    /// <summary>The name, if that is all there is.</summary>
    public string? OnlyName => Steps is [{ Name: { } name }] ? name : null;

    /// <exception cref="CliException">The text is no path.</exception>
    public static MemberPath Parse(string text)
    {
        if (text == ".")
            return new MemberPath(text, []);
        var steps = new List<PathStep>();
        foreach (var part in text.Split('.'))
        {
            var bracket = part.IndexOf('[');
            var name = bracket < 0 ? part : part[..bracket];
            if (name.Length > 0)
                steps.Add(new PathStep(name, null));
            else if (bracket < 0 || steps.Count > 0)
                throw Invalid(text);
            if (bracket >= 0)
                AddIndices(steps, part[bracket..], text);
        }
        return new MemberPath(text, steps);
    }

    /// <summary>The values at the place: none where there is no such member, several behind <c>[]</c>.</summary>
    public IEnumerable<JsonElement> Select(JsonElement value)
    {
        IEnumerable<JsonElement> found = [value];
        foreach (var step in Steps)
            found = found.SelectMany(step.Select);
        return found;
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => _text;

    private static void AddIndices(List<PathStep> steps, string brackets, string text)
    {
        if (brackets[^1] != ']')
            throw Invalid(text);
        foreach (var inside in brackets[1..^1].Split("]["))
        {
            if (inside.Length == 0)
                steps.Add(new PathStep(null, null));
            else if (int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                steps.Add(new PathStep(null, index));
            else
                throw Invalid(text);
        }
    }

    private static CliException Invalid(string text) =>
        CliException.Usage($"'{text}' is no member: write a name, a.b for one inside another, [].a for that of every item of a list, [0].a for the first one's, or . for the whole");
}

/// <summary>One step: into a member, or into one item of a list, or into every item.</summary>
/// <param name="Name">Of the member; <see langword="null"/> for a step into a list.</param>
/// <param name="Index">Of the item, from 0; <see langword="null"/> for every one.</param>
internal readonly record struct PathStep(string? Name, int? Index)
{
    public IEnumerable<JsonElement> Select(JsonElement value)
    {
        if (Name is { } name)
            return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? [member] : [];
        if (value.ValueKind != JsonValueKind.Array)
            return [];
        return Index is not { } index ? value.EnumerateArray() : index < value.GetArrayLength() ? [value[index]] : [];
    }
}
