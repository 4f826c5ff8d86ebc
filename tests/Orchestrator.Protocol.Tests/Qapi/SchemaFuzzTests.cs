using System.Diagnostics.CodeAnalysis;
using CsCheck;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>A text is a schema, or the error of one place in it: never anything else. CsCheck prints the seed of a failure.</summary>
public class SchemaFuzzTests
{
    private static readonly string[] Files =
        [.. typeof(GuestNamespace).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Schemas/guest/", StringComparison.Ordinal)).Select(Text)];

    /// <summary>Pieces that make something close to a schema.</summary>
    private static readonly Gen<string> Shards = Gen.OneOf<string>(
        "{", "}", "[", "]", ":", ",", "'", "#", "##\n", "##\n# @a:\n", "# @b: text\n", "\n", " ", "\\", "\t", "\r\n", "true", "false", "'a'", "'b'", "'*b'", "'int'", "'QType'",
        "{ 'struct': 'A', 'data': ", "{ 'struct': 'B', 'base': 'A', 'data': {} }", "{ 'union': 'U', 'base': ", "'discriminator': 't'", "{ 't': 'QType' }", "'qnum': 'A'",
        "{ 'enum': 'E', 'data': [ 'a', 'b' ] }", "{ 'alternate': 'V', 'data': { 's': 'str' } }", "{ 'command': 'c', 'data': 'A' }", "'returns': 'A'", "'if': ",
        "{ 'all': [ 'X' ] }", "{ 'not': 'X' }", "'features': [ 'f' ]", "{ 'include': 'test.json' }", "{ 'include': 'more.json' }", "{ 'pragma': { 'doc-required': true } }", "\u00e4", "\0");

    [Fact]
    public void Random_text_is_a_schema_or_an_error() => Gen.String[0, 60].Sample(AssertOutcome, iter: 3_000);

    [Fact]
    public void Shards_of_a_schema_are_a_schema_or_an_error() =>
        Shards.Array[0, 25].Sample(shards => AssertOutcome(string.Concat(shards)), iter: 10_000);

    [Fact]
    public void Mutated_schema_is_a_schema_or_an_error() =>
        Gen.Select(Gen.Int[0, 1_000], Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 60], Shards).Array[1, 4]).Sample(
            (file, changes) =>
            {
                var text = Files[file % Files.Length];
                foreach (var (place, length, shard) in changes)
                {
                    var start = place % (text.Length + 1);
                    text = string.Concat(text.AsSpan(0, start), shard, text.AsSpan(Math.Min(start + length, text.Length)));
                }
                AssertOutcome(text);
            },
            iter: 2_000);

    private static void AssertOutcome(string text)
    {
        try
        {
            Assert.NotNull(QapiSchema.Load(new TwoFiles(text), "test.json").Types["str"]);
        }
        catch (QapiSchemaException error)
        {
            Assert.NotEqual("", error.Expected);
            Assert.NotEqual("", error.Actual);
            if (error.Position.File != "test.json")
                return;
            var lines = text.Split('\n');
            Assert.InRange(error.Position.Line, 1, lines.Length);
            Assert.InRange(error.Position.Column, 1, lines[error.Position.Line - 1].Length + 1);
        }
    }

    private static string Text(string resource)
    {
        using var reader = new StreamReader(typeof(GuestNamespace).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private sealed class TwoFiles(string text) : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? read)
        {
            read = path switch { "test.json" => text, "more.json" => "{ 'struct': 'More', 'data': { 'm': 'int' } }", _ => null };
            return read is not null;
        }
    }
}
