using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>A path with <c>{name}</c> in it, once: finds the names for which a file is there.</summary>
internal sealed record PathPattern
{
    private const string Placeholder = "{name}";
    private readonly string _parent;
    private readonly string _before;
    private readonly string _after;
    private readonly string _rest;

    private PathPattern(string parent, string before, string after, string rest) => (_parent, _before, _after, _rest) = (parent, before, after, rest);

    /// <exception cref="ServeException">The text has no placeholder, or more than one, or is not absolute.</exception>
    public static PathPattern Parse(string text, string source)
    {
        var parts = text.Split(Placeholder);
        if (parts.Length != 2 || !text.StartsWith('/'))
            throw new ServeException($"{source}: the pattern '{text}' must be an absolute path with {Placeholder} in it once");
        var slash = parts[0].LastIndexOf('/');
        var end = parts[1].IndexOf('/');
        return end < 0
            ? new PathPattern(parts[0][..(slash + 1)], parts[0][(slash + 1)..], parts[1], "")
            : new PathPattern(parts[0][..(slash + 1)], parts[0][(slash + 1)..], parts[1][..end], parts[1][end..]);
    }

    /// <summary>Directory whose entries carry the names.</summary>
    public string Parent => _parent;

    /// <summary>Path for a name.</summary>
    public string PathOf(string name) => _parent + _before + name + _after + _rest;

    /// <summary>The names for which the path is there.</summary>
    public IEnumerable<string> Names()
    {
        if (!Directory.Exists(_parent))
            return [];
        return Directory.EnumerateFileSystemEntries(_parent)
            .Select(Path.GetFileName)
            .Where(entry => entry!.Length > _before.Length + _after.Length && entry.StartsWith(_before, StringComparison.Ordinal) && entry.EndsWith(_after, StringComparison.Ordinal))
            .Select(entry => entry![_before.Length..^_after.Length])
            .Where(name => Path.Exists(PathOf(name)));
    }
}
