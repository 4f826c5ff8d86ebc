using System.Buffers;

namespace System;

/// <summary>Methods of today's class library that .NET Standard 2.0 does not have, as far as the parser uses them.</summary>
internal static class LibraryMethods
{
    extension(string text)
    {
        public bool Contains(char value) => text.IndexOf(value) >= 0;

        public bool StartsWith(char value) => text.Length > 0 && text[0] == value;

        public string[] Split(string separator, int count) => text.Split([separator], count, StringSplitOptions.None);

        public string ReplaceLineEndings(string replacement) => text.Replace("\r\n", "\n").Replace("\n", replacement);

        public string[] Split(char separator, StringSplitOptions options) =>
            (options & StringSplitOptions.TrimEntries) != 0
                ? [.. text.Split(separator).Select(entry => entry.Trim()).Where(entry => entry.Length > 0)]
                : text.Split([separator], options);

        public static string Join(char separator, IEnumerable<string> values) => string.Join(separator.ToString(), values);

        public static string Join(string separator, ReadOnlySpan<string> values) => string.Join(separator, values.ToArray());
    }

    extension(StringSplitOptions)
    {
        public static StringSplitOptions TrimEntries => (StringSplitOptions)2;
    }

    extension(char)
    {
        public static bool IsAsciiLetter(char value) => (char)(value | ' ') is >= 'a' and <= 'z';

        public static bool IsAsciiDigit(char value) => value is >= '0' and <= '9';
    }

    extension(ReadOnlySpan<char> text)
    {
        public bool Contains(char value) => text.IndexOf(value) >= 0;

        public bool ContainsAnyExcept(SearchValues<char> values)
        {
            foreach (var letter in text)
            {
                if (!values.Contains(letter))
                    return true;
            }
            return false;
        }
    }

    extension(ReadOnlySpan<string> values)
    {
        public bool Contains(string value) => values.IndexOf(value) >= 0;
    }

    extension<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> dictionary)
    {
        public TValue? GetValueOrDefault(TKey key) => dictionary.TryGetValue(key, out var value) ? value : default;
    }

    extension<TKey, TValue>(Dictionary<TKey, TValue> dictionary)
        where TKey : notnull
    {
        public bool TryAdd(TKey key, TValue value)
        {
            var absent = !dictionary.ContainsKey(key);
            if (absent)
                dictionary.Add(key, value);
            return absent;
        }

        public bool Remove(TKey key, out TValue value) => dictionary.TryGetValue(key, out value) && dictionary.Remove(key);
    }

    public static void Deconstruct<TKey, TValue>(this KeyValuePair<TKey, TValue> pair, out TKey key, out TValue value) =>
        (key, value) = (pair.Key, pair.Value);
}
