namespace Orchestrator.Bench.Fuzz;

/// <summary>Everything that is fuzzed.</summary>
public static class FuzzTargets
{
    private static readonly IReadOnlyDictionary<string, Func<IFuzzTarget>> All = new Dictionary<string, Func<IFuzzTarget>>
    {
        ["frames"] = () => new FrameTarget(),
        ["schemas"] = () => new SchemaTarget(),
        ["replies"] = () => new ReplyTarget(),
        ["arguments"] = () => new ArgumentsTarget(),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. All.Keys];

    /// <summary>The target of that name; all if it is <see langword="null"/>.</summary>
    public static IReadOnlyList<IFuzzTarget> Of(string? name) =>
        [.. All.Where(target => name is null || target.Key == name).Select(target => target.Value())];
}
