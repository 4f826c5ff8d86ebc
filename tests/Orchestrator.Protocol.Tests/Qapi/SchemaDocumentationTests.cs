namespace Orchestrator.Protocol.Tests.Qapi;

public class SchemaDocumentationTests
{
    private const string Documented =
        """
        ##
        # = A chapter
        #
        # Free text that belongs to nothing.
        ##

        ##
        # @c:
        #
        # First sentence. Second
        # sentence.
        #
        # @a: what a is,
        #     told over two lines
        # @b: what b is
        #
        # Features:
        #
        # @deprecated: use @d
        #
        # Returns: a number
        #
        # Errors:
        #     - If it fails, GenericError
        #
        # TODO: something for
        #     the developers alone
        #
        # .. note:: A closing remark.
        #
        # Since: 7.1
        ##
        { 'command': 'c', 'data': { 'a': 'int', '*b': 'int' }, 'returns': 'int', 'features': [ 'deprecated' ] }
        { 'command': 'd' }
        """;

    [Fact]
    public void Block_is_split_into_its_sections()
    {
        var documentation = MemorySource.Parse(Documented).Commands["c"].Documentation;

        Assert.Equal("First sentence. Second\nsentence.\n\n.. note:: A closing remark.", documentation.Text);
        Assert.Equal("First sentence.", documentation.Summary);
        Assert.Equal("what a is, told over two lines", documentation.Members["a"]);
        Assert.Equal("what b is", documentation.Members["b"]);
        Assert.Equal("use @d", documentation.Features["deprecated"]);
        Assert.Equal("a number", documentation.Returns);
        Assert.Equal("- If it fails, GenericError", documentation.Errors);
        Assert.Equal("7.1", documentation.Since);
    }

    [Fact]
    public void Arguments_carry_their_own_text()
    {
        var schema = MemorySource.Parse(Documented);

        Assert.Equal("what b is", schema.Commands["c"].Arguments[1].Documentation);
    }

    [Fact]
    public void Definition_without_a_block_has_no_documentation()
    {
        var documentation = MemorySource.Parse(Documented).Commands["d"].Documentation;

        Assert.Equal("", documentation.Text);
        Assert.Null(documentation.Since);
    }
}
