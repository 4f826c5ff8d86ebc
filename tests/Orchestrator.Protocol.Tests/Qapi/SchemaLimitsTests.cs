using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Whatever a schema asks for, it is an error before the stack or the memory ends.</summary>
public class SchemaLimitsTests
{
    private const int Many = 100_000;

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_an_error(char bracket)
    {
        var nested = string.Concat(Enumerable.Repeat(bracket == '[' ? "[" : "{ 'a': ", Many));

        Assert.Equal("at most 32 levels of nesting", ErrorOf("{ 'command': " + nested).Expected);
    }

    [Fact]
    public void Long_chain_of_bases_is_an_error()
    {
        var schema = Chain(i => $"{{ 'struct': 'S{i}', 'base': 'S{i + 1}', 'data': {{}} }}\n");

        Assert.Equal("at most 32 bases in a row", ErrorOf(schema + $"{{ 'struct': 'S{Many}', 'data': {{}} }}").Expected);
    }

    [Fact]
    public void Chain_of_thirty_two_bases_is_a_schema()
    {
        var schema = string.Concat(Enumerable.Range(0, 32).Select(i => $"{{ 'struct': 'S{i}', 'base': 'S{i + 1}', 'data': {{ 'm{i}': 'int' }} }}"));

        Assert.Equal(32, ((QapiObjectType)MemorySource.Parse(schema + "{ 'struct': 'S32', 'data': {} }").Types["S0"]).Members.Count);
    }

    [Fact]
    public void Branches_that_multiply_are_an_error()
    {
        // Two branches at each of 30 levels: a billion combinations of tags.
        var schema = new StringBuilder("{ 'enum': 'Side', 'data': [ 'left', 'right' ] } { 'struct': 'U30', 'data': {} }");
        for (var level = 0; level < 30; level++)
            schema.AppendLine($"{{ 'union': 'U{level}', 'base': {{ 't{level}': 'Side' }}, 'discriminator': 't{level}', 'data': {{ 'left': 'U{level + 1}', 'right': 'U{level + 1}' }} }}");

        Assert.StartsWith("at most 1000000 members in all", ErrorOf(schema.ToString()).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_chain_of_branches_is_an_error()
    {
        var schema = Chain(i => $"{{ 'union': 'U{i}', 'base': {{ 't{i}': 'QType' }}, 'discriminator': 't{i}', 'data': {{ 'qnum': 'U{i + 1}' }} }}\n");

        Assert.StartsWith("at most 1000000 members in all", ErrorOf(schema + $"{{ 'struct': 'U{Many}', 'data': {{}} }}").Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_base_of_many_structs_is_an_error()
    {
        var members = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"'m{i}': 'int'"));
        var users = Chain(i => $"{{ 'struct': 'S{i}', 'base': 'B', 'data': {{}} }}\n");

        Assert.StartsWith("at most 1000000 members in all", ErrorOf($"{{ 'struct': 'B', 'data': {{ {members} }} }}\n{users}").Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Object_of_many_members_is_a_schema()
    {
        var members = string.Join(", ", Enumerable.Range(0, Many).Select(i => $"'m{i}': 'int'"));

        Assert.Equal(Many, MemorySource.Parse($"{{ 'command': 'c', 'data': {{ {members} }} }}").Commands["c"].Arguments.Count);
    }

    [Fact]
    public void Long_chain_of_includes_is_an_error()
    {
        var error = Assert.Throws<QapiSchemaException>(() => QapiSchema.Load(new EndlessIncludes(), "0.json"));

        Assert.Equal("31.json:1:14: expected at most 32 files that include each other in a row, found one more", error.Message);
    }

    [Fact]
    public void File_that_cannot_be_read_is_an_error_at_its_include()
    {
        var error = Assert.Throws<QapiSchemaException>(() => QapiSchema.Load(new UnreadableInclude(), "main.json"));

        Assert.Equal("main.json:1:14: expected a schema file that can be read, found 'broken.json': disk trouble", error.Message);
    }

    private static string Chain(Func<int, string> link)
    {
        var schema = new StringBuilder();
        for (var i = 0; i < Many; i++)
            schema.Append(link(i));
        return schema.ToString();
    }

    private static QapiSchemaException ErrorOf(string schema) => Assert.Throws<QapiSchemaException>(() => MemorySource.Parse(schema));

    private sealed class EndlessIncludes : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            text = $"{{ 'include': '{int.Parse(path.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) + 1}.json' }}";
            return true;
        }
    }

    private sealed class UnreadableInclude : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            text = "{ 'include': 'broken.json' }";
            return path == "main.json" ? true : throw new IOException("disk trouble");
        }
    }
}
