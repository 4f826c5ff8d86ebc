namespace System.Buffers;

internal static class SearchValues
{
    public static SearchValues<char> Create(string values) => new(values);
}

internal sealed class SearchValues<T>(IEnumerable<T> values)
{
    private readonly HashSet<T> _values = [.. values];

    public bool Contains(T value) => _values.Contains(value);
}
