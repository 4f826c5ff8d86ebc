using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class SchemaIncludeTests
{
    [Fact]
    public void Include_is_relative_to_the_including_file_and_read_once()
    {
        var source = new MemorySource
        {
            ["storage/qapi/main.json"] = "{ 'include': '../../qapi/a.json' } { 'include': './b.json' }",
            ["qapi/a.json"] = "{ 'include': 'common.json' } { 'command': 'a', 'returns': 'Common' }",
            ["storage/qapi/b.json"] = "{ 'include': '../../qapi/common.json' } { 'command': 'b' }",
            ["qapi/common.json"] = "{ 'struct': 'Common', 'data': {} }",
        };

        var schema = QapiSchema.Load(source, "storage/qapi/main.json");

        Assert.Equal(["a", "b"], schema.Commands.Keys.Order());
        Assert.Equal(1, source.Reads["qapi/common.json"]);
    }

    [Fact]
    public void Include_loop_over_files_names_the_loop()
    {
        var source = new MemorySource { ["a.json"] = "{ 'include': 'b.json' }", ["b.json"] = "{ 'include': 'a.json' }" };

        var error = Assert.Throws<QapiSchemaException>(() => QapiSchema.Load(source, "a.json"));

        Assert.Equal("b.json:1:14: expected includes without a loop, found a.json -> b.json -> a.json", error.Message);
    }

    [Fact]
    public void Error_in_an_included_file_names_that_file()
    {
        var source = new MemorySource { ["a.json"] = "{ 'include': 'b.json' }", ["b.json"] = "\n{ 'command': 1 }" };

        Assert.Equal("b.json:2:14", Assert.Throws<QapiSchemaException>(() => QapiSchema.Load(source, "a.json")).Position.ToString());
    }

    [Fact]
    public void Pragmas_of_the_language_are_accepted()
    {
        var schema = MemorySource.Parse(
            """
            { 'pragma': { 'doc-required': true, 'command-name-exceptions': [ 'a_b' ], 'command-returns-exceptions': [],
                          'documentation-exceptions': [ 'X' ], 'member-name-exceptions': [ 'Y' ] } }
            { 'command': 'a_b' }
            """);

        Assert.True(schema.TryGetCommand("a_b", out _));
    }

    [Fact]
    public void Files_come_from_below_a_folder_only()
    {
        var folder = Directory.CreateTempSubdirectory("qapi-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "in", "sub"));
            File.WriteAllText(Path.Combine(folder.FullName, "out.json"), "{ 'command': 'outside' }");
            File.WriteAllText(Path.Combine(folder.FullName, "in", "main.json"), "{ 'include': 'sub/more.json' }");
            File.WriteAllText(Path.Combine(folder.FullName, "in", "sub", "more.json"), "{ 'command': 'inside' }");
            var source = new QapiFileSource(Path.Combine(folder.FullName, "in"));

            Assert.Equal(["inside"], QapiSchema.Load(source, "main.json").Commands.Keys.Order());
            Assert.False(source.TryRead("../out.json", out _));
            Assert.False(source.TryRead(Path.Combine(folder.FullName, "out.json"), out _));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
