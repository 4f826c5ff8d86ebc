using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>The schema of <c>Corpus/</c>, which has every construct of the language, and what must come of it (<c>expected.txt</c>).</summary>
public class CorpusTests
{
    private static readonly QapiSchema Schema = QapiSchema.Load(new Source(), "main.json");

    [Fact]
    public void Every_construct_means_what_it_should() => Assert.Equal(Source.Text("expected.txt").ReplaceLineEndings("\n"), SchemaDump.Of(Schema));

    [Fact]
    public void Old_dialect_of_documentation_is_split()
    {
        var shelf = Schema.Types["Shelf"].Documentation;
        var add = Schema.Commands["shelf-add"].Documentation;
        var full = Schema.Events["SHELF_FULL"].Documentation;

        Assert.Equal("A shelf in the archive.\nIts rows are counted from the top.", shelf.Text);
        Assert.Equal("A shelf in the archive.", shelf.Summary);
        Assert.Equal("number of rows, at least one (default: 1)", shelf.Members["rows"]);
        Assert.Equal("what is written on it (since 1.2)", shelf.Members["Label_Text"]);
        Assert.Equal(("it may break", "1.0"), (shelf.Features["fragile"], shelf.Since));
        Assert.Equal("the shelf before it, by default the last one", add.Members["after"]);
        Assert.Equal("- the number of the new shelf - GenericError if there is no room", add.Returns);
        Assert.Equal("1.1", add.Since);
        Assert.StartsWith("Adds a shelf.\n\nNotes: Shelves are not moved.\n       Tapes are.\n\nExample:\n\n-> { \"execute\": \"shelf-add\",", add.Text);
        Assert.EndsWith("<- { \"return\": 7 }", add.Text);
        Assert.Equal("Emitted when a shelf is full\n\nNote: it is sent once for each shelf", full.Text);
    }

    [Fact]
    public void New_dialect_of_documentation_is_split()
    {
        var state = Schema.Types["BoxState"].Documentation;
        var seal = Schema.Commands["box-seal"].Documentation;

        Assert.Equal("It can only be read.  Opening it needs a key, and a reason. A second paragraph of the same value.", state.Members["sealed"]);
        Assert.Equal("Value @sealed is an experiment.", state.Features["unstable"]);
        Assert.StartsWith("Seal a box.  Its tapes stay where they are.\n\n.. note:: This cannot be undone.\n\n.. qmp-example::\n   :title: A full box\n\n   -> {", seal.Text);
        Assert.DoesNotContain("a way back", seal.Text);
        Assert.Equal("The state it should have had, see `BoxState`.", seal.Members["state"]);
        Assert.Equal("Use @box-close instead.", seal.Features["deprecated"]);
        Assert.Equal("How many tapes are in it, counted anew.", seal.Returns);
        Assert.Equal("- If the box is empty, GenericError - If there is no such box, DeviceNotFound", seal.Errors);
        Assert.Equal("9.1", seal.Since);
    }

    [Theory]
    [InlineData("Drive", """{"kind":"lto","label":{"text":"x"},"slots":[],"generation":8}""")]
    [InlineData("Drive", """{"kind":"8mm","side":"b","tension":1.5}""")]
    [InlineData("Drive", """{"kind":"dat"}""")]
    [InlineData("Place", """["a","b"]""")]
    [InlineData("Place", "null")]
    [InlineData("Slot", """{"number":1,"neighbours":[{"number":2}]}""")]
    public void Values_of_its_types_pass(string type, string json) => Assert.Equal(json, Transcoded.Reply(Schema.Types[type], json).Json);

    [Theory]
    [InlineData("Drive", """{"kind":"lto","slots":[{"number":65536}],"generation":8}""", "return.slots[0].number")]
    [InlineData("Drive", """{"kind":"8mm","side":"b"}""", "return.tension")]
    [InlineData("Place", "1.5", "return")]
    public void Values_that_are_not_of_its_types_fail(string type, string json, string path) =>
        Assert.Equal(path, Transcoded.Reply(Schema.Types[type], json).Violation!.Path);

    private sealed class Source : IQapiSource
    {
        public static string Text(string path) => new Source().TryRead(path, out var text) ? text : throw new FileNotFoundException(path);

        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            using var stream = typeof(Source).Assembly.GetManifestResourceStream($"Corpus/{path}");
            using var reader = stream is null ? null : new StreamReader(stream);
            text = reader?.ReadToEnd();
            return text is not null;
        }
    }
}
