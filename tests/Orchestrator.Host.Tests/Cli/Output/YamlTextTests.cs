using System.Text.Json;
using CsCheck;
using Orchestrator.Host.Cli.Output;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Host.Tests.Cli.Output;

/// <summary>Whatever a guest writes, YAML readers get it back as the string it was.</summary>
public sealed class YamlTextTests
{
    private static readonly string[] Traps =
        ["true", "No", "null", "~", "1e3", "0x1f", "2026-01-01", "12:30", ".inf", "---", "...", "<<", "=", "", " ", "a ", " a", "a\n", "\n"];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["\n\t\r\u001b\u2028\u202e:#-?!&*%@`'\" ,[]{}|>~=<0123456789.eE+x_"], 0, 12],
        Gen.Int[0, Traps.Length - 1].Select(index => Traps[index]))
        .Where(text => !text.Any(char.IsSurrogate));

    [Fact]
    public void Strings_come_back_as_strings() => Texts.Sample(text =>
    {
        var scalar = Assert.IsType<YamlScalarNode>(Read(new { text })["text"]);
        Assert.Equal(text, scalar.Value);
        Assert.True(scalar.Style == ScalarStyle.DoubleQuoted || (text.Length > 0 && char.IsAsciiLetter(text[0])), $"'{text}' is written plain");
    });

    [Fact]
    public void Names_of_members_come_back() => Texts.Sample(text =>
        Assert.Equal(text, Assert.IsType<YamlScalarNode>(Assert.Single(Read(new Dictionary<string, int> { [text] = 1 }).Children).Key).Value));

    [Fact]
    public void Document_has_no_control_characters() => Texts.Sample(text =>
        Assert.DoesNotContain(YamlText.Document(JsonSerializer.SerializeToElement(new { text })), character => char.IsControl(character) && character is not ('\n' or '\t')));

    [Fact]
    public void Numbers_and_nesting_are_kept()
    {
        var root = Read(JsonElement.Parse("""{"a":[1.50,12345678901234567890,[],{},[[1]]],"b":{"c":{"d":null}}}"""));
        Assert.Equal(["1.50", "12345678901234567890"], root["a"].AllNodes.OfType<YamlScalarNode>().Select(node => node.Value).Take(2));
        Assert.Equal("1", root["a"][4][0][0].ToString());
        Assert.Equal("null", root["b"]["c"]["d"].ToString());
    }

    private static YamlMappingNode Read<T>(T value)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(YamlText.Document(value is JsonElement json ? json : JsonSerializer.SerializeToElement(value))));
        return Assert.IsType<YamlMappingNode>(Assert.Single(stream.Documents).RootNode);
    }
}
