using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Fuzz;

/// <summary>A text is a schema, or the error of one place: no other exception, no end of the stack, no endless work.</summary>
public sealed class SchemaTarget : IFuzzTarget
{
    private const string File = "fuzzed.json";
    private const string BuiltIn = "Schemas/";

    /// <inheritdoc/>
    public string Name => "schemas";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } = [.. Corpus()];

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Words { get; } = FuzzRun.WordsOf(
        "{", "}", "[", "]", ":", ",", "'", "#", "##\n", "\\", "'*a'", "'a'", "'A'", "true", "false", "'data': {", "'base': 'A'", "'discriminator': 't'", "{ 't': 'QType' }", "'if': { 'not': 'X' }", "'features': [ 'f' ]",
        "{ 'struct': 'A', 'data': { 'b': 'B' } }", "{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 't', 'data': { 'qnum': 'A' } }", "{ 'enum': 'E', 'data': [ 'a' ] }",
        "{ 'alternate': 'V', 'data': { 's': 'str', 'n': 'int' } }", "{ 'command': 'c', 'returns': [ 'A' ] }", "{ 'event': 'X', 'boxed': true, 'data': 'A' }", $"{{ 'include': '{File}' }}", "{ 'pragma': {} }");

    /// <inheritdoc/>
    public string Try(byte[] input)
    {
        try
        {
            var schema = QapiSchema.Load(new Source(Encoding.UTF8.GetString(input)), File);
            return $"{schema.Commands.Count} {schema.Events.Count} {schema.Types.Count}";
        }
        catch (QapiSchemaException error)
        {
            Require.That(error.Position is { Line: >= 1, Column: >= 1 }, $"the error has no place: {error.Message}");
            return error.Expected.Split('\'')[0];
        }
    }

    private static IEnumerable<byte[]> Corpus()
    {
        var assembly = typeof(QapiSchema).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(BuiltIn, StringComparison.Ordinal)))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return Encoding.UTF8.GetBytes(text.ReadToEnd());
        }
    }

    private sealed class Source(string text) : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? read)
        {
            read = path == File ? text : null;
            return read is not null;
        }
    }
}
