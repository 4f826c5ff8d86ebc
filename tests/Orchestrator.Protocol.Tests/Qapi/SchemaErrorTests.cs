using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class SchemaErrorTests
{
    private const string NameRule = "a name of letters, digits, '-' and '_' that starts with a letter";

    [Theory]
    [InlineData("{ 'enum' 'E' }", 1, 10, "':' after the key")]
    [InlineData("{\n  'enum': 'E',\n  'data': [ 'a' 'b' ] }", 3, 17, "',' or ']'")]
    [InlineData("{ 'command': 'c',", 1, 18, "a key in single quotes")]
    [InlineData("[ ]", 1, 1, "'{' to start a definition")]
    [InlineData("{ 'command': 'c' }\n ;", 2, 2, "one of { } [ ] : , 'string' true false")]
    [InlineData("{ 'command': 'c\n' }", 1, 14, "a closing ' on the same line")]
    [InlineData("{ 'command': 'a\\n' }", 1, 16, "the escape \\\\")]
    [InlineData("{ 'command': 'ä' }", 1, 15, "printable ASCII in a string")]
    [InlineData("{ 'command': 'c', 'command': 'd' }", 1, 19, "each key once")]
    [InlineData("## junk\n", 1, 1, "'##' alone on its line")]
    [InlineData("##\n# text\n{ }", 3, 1, "a comment line or the closing '##' of the documentation block")]
    [InlineData("{ 'struct': 'S', 'data': {\n##\n# d\n##\n} }", 2, 1, "a key in single quotes")]
    [InlineData("{ 'data': 'c' }", 1, 1, "a definition: 'enum', 'struct', 'union', 'alternate', 'command' or 'event'")]
    [InlineData("{ 'command': [ 'c' ] }", 1, 14, NameRule)]
    [InlineData("{ 'struct': '*S', 'data': {} }", 1, 13, NameRule)]
    [InlineData("{ 'struct': '1S', 'data': {} }", 1, 13, NameRule)]
    [InlineData("{ 'command': '' }", 1, 14, NameRule)]
    [InlineData("{ 'command': '__vendor-c' }", 1, 14, NameRule)]
    [InlineData("{ 'enum': 'E', 'data': [ 'a b' ] }", 1, 26, NameRule)]
    [InlineData("{ 'enum': 'E', 'data': [ { 'name': true } ] }", 1, 36, NameRule)]
    [InlineData("{ 'enum': 'E', 'data': 'a' }", 1, 24, "an array of enum values")]
    [InlineData("{ 'enum': 'E', 'data': [], 'prefix': true }", 1, 38, "the prefix of the enum's constants in C")]
    [InlineData("{ 'struct': 'S' }", 1, 1, "the key 'data'")]
    [InlineData("{ 'struct': 'S', 'data': {}, 'boxed': true }", 1, 30, "one of the keys struct, data, base, if, features")]
    [InlineData("{ 'command': 'c', 'gen': 'no' }", 1, 26, "true or false")]
    [InlineData("{ 'command': 'c', 'boxed': true }", 1, 1, "the name of a type as 'data' of a boxed definition")]
    [InlineData("{ 'command': 'c', 'returns': [ 'a', 'b' ] }", 1, 30, "a type's name, or an array of one type's name")]
    [InlineData("{ 'command': 'c', 'returns': 'Nope' }", 1, 30, "a type that the schema defines")]
    [InlineData("{ 'command': 'c', 'data': 'int' }", 1, 27, "a struct or union as 'data' of 'c'")]
    [InlineData("{ 'command': 'c', 'data': { '*': 'int' } }", 1, 29, NameRule)]
    [InlineData("{ 'command': 'c', 'if': { 'none': [] } }", 1, 27, "one of all, any, not")]
    [InlineData("{ 'command': 'c', 'if': { 'all': [] } }", 1, 34, "a non-empty array of conditions")]
    [InlineData("{ 'command': 'c', 'features': 'f' }", 1, 31, "an array of features")]
    [InlineData("{ 'command': 'c', 'features': [ '-f' ] }", 1, 33, NameRule)]
    [InlineData("{ 'command': 'c', 'features': [ { 'if': 'A' } ] }", 1, 33, "the key 'name'")]
    [InlineData("{ 'command': 'c', 'features': [ 'read-only', 'idempotent' ] }", 1, 14, "one of the features 'read-only' and 'idempotent'")]
    [InlineData("{ 'command': 'c' }\n{ 'command': 'c' }", 2, 14, "a name that is not defined yet")]
    [InlineData("{ 'struct': 'int', 'data': {} }", 1, 13, "a name that is not defined yet")]
    [InlineData("{ 'enum': 'E', 'data': [ 'a', 'a' ] }", 1, 31, "each enum value once")]
    [InlineData("{ 'struct': 'A', 'base': 'A', 'data': {} }", 1, 26, "a base of 'A' that does not lead back to it")]
    [InlineData("{ 'struct': 'A', 'base': 'str', 'data': {} }", 1, 26, "a struct as base of 'A'")]
    [InlineData("{ 'struct': 'A', 'base': [ 'A' ], 'data': {} }", 1, 28, "a struct as base of 'A'")]
    [InlineData("{ 'struct': 'A', 'base': 'U', 'data': {} } { 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 't', 'data': {} }", 1, 26, "a struct as base of 'A'")]
    [InlineData("{ 'struct': 'A', 'data': { 'x': 'int' } } { 'struct': 'B', 'base': 'A', 'data': { 'x': 'int' } }", 1, 55, "each member name of 'B' once, base and branches included")]
    [InlineData("{ 'struct': 'A', 'data': { 'x': { 'type': 'int', 'features': [ 'base64' ] } } }", 1, 28, "type 'str' for a member with feature 'base64'")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'str' }, 'discriminator': 't', 'data': {} }", 1, 58, "a mandatory enum member as discriminator")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 'u', 'data': {} }", 1, 60, "a base member of 'U' as discriminator")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 't', 'data': { 'x': 'U' } }", 1, 75, "a value of 'QType' as branch")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 't', 'data': { 'qnum': 'int' } }", 1, 83, "a struct or union as branch")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': 't', 'data': { 'qnum': 'U' } }", 1, 12, "each member name of 'U' once, base and branches included")]
    [InlineData("{ 'alternate': 'A', 'data': { 's': 'str', 'e': 'QType' } }", 1, 43, "branches of different JSON forms")]
    [InlineData("{ 'alternate': 'A', 'data': { 's': 'any' } }", 1, 36, "a branch with one JSON form")]
    [InlineData("##\n# @d:\n##\n{ 'command': 'c' }", 1, 1, "documentation of 'c', which follows")]
    [InlineData("##\n# @c:\n##\n##\n# text\n##\n{ 'command': 'c' }", 1, 1, "the definition of 'c' right after its documentation")]
    [InlineData("{ 'command': 'c' }\n##\n# @d:\n##", 2, 1, "the definition of 'd' right after its documentation")]
    [InlineData("##\n# @c:\n##\n{ 'pragma': {} }", 1, 1, "the definition of 'c' right after its documentation")]
    [InlineData("##\n# @c:\n##\n{ 'include': 'x.json' }", 1, 1, "the definition of 'c' right after its documentation")]
    [InlineData("{ 'include': 'x.json', 'if': 'A' }", 1, 1, "'include' alone in its expression")]
    [InlineData("{ 'include': 'x.json' }", 1, 14, "a schema file that exists")]
    [InlineData("{ 'include': 'test.json' }", 1, 14, "includes without a loop")]
    [InlineData("{ 'pragma': { 'doc-required': 'yes' } }", 1, 31, "true or false")]
    [InlineData("{ 'union': 'U', 'base': {}, 'data': {} }", 1, 1, "the key 'discriminator'")]
    [InlineData("{ 'union': 'U', 'base': { 't': 'QType' }, 'discriminator': true, 'data': {} }", 1, 60, "the name of a base member")]
    [InlineData("{ 'struct': 'S', 'data': { 'a': { 'if': 'X' } } }", 1, 33, "the key 'type'")]
    [InlineData("{ 'struct': 'S', 'data': 'T' }", 1, 26, "an object of members")]
    [InlineData("{ 'event': 'E', 'returns': 'int' }", 1, 17, "one of the keys event, data, boxed, if, features")]
    [InlineData("{ 'enum': 'E', 'data': [ { 'name': 'a', 'type': 'int' } ] }", 1, 41, "one of the keys name, if, features")]
    [InlineData("{ 'command': 'c', 'if': true }", 1, 25, "a symbol, or an object with one of all, any, not")]
    [InlineData("{ 'command': 'c', 'returns': {} }", 1, 30, "a type's name, or an array of one type's name")]
    [InlineData("{ 'pragma': { 'member-name-exceptions': 'x' } }", 1, 41, "an array of names")]
    [InlineData("{ 'pragma': [] }", 1, 13, "an object of pragmas")]
    [InlineData("{ 'pragma': {}, 'if': 'A' }", 1, 1, "'pragma' alone in its expression")]
    [InlineData("{ 'include': [] }", 1, 14, "a file name")]
    [InlineData("{ 'pragma': { 'style': true } }", 1, 15, "a pragma of the schema language")]
    public void Broken_schema_is_reported_where_it_breaks(string text, int line, int column, string expected)
    {
        var error = Assert.Throws<QapiSchemaException>(() => MemorySource.Parse(text));

        Assert.Equal(new QapiPosition("test.json", line, column), error.Position);
        Assert.Equal(expected, error.Expected);
        Assert.Equal($"test.json:{line}:{column}: expected {expected}, found {error.Actual}", error.Message);
    }

    [Fact]
    public void Misspelt_type_is_told_what_it_may_have_meant()
    {
        var error = Assert.Throws<QapiSchemaException>(() => MemorySource.Parse("{ 'struct': 'Backup', 'data': {} }\n{ 'command': 'c', 'returns': 'Bakcup' }"));

        Assert.Equal("test.json:2:30: expected a type that the schema defines, found 'Bakcup'. Did you mean 'Backup'?", error.Message);
    }
}
