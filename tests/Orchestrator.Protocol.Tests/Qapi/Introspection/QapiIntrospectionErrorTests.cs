using System.Text;
using CsCheck;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

public class QapiIntrospectionErrorTests
{
    [Theory]
    [InlineData("""{"name":"0"}""", "the text: expected an array of at most 65536 entries, found Object")]
    [InlineData("""[1]""", "[0] '': expected an object, found Number")]
    [InlineData("""[{"meta-type":"object"}]""", "[0] '': expected a string 'name', found nothing")]
    [InlineData("""[{"name":"a"}]""", "[0] 'a': expected a string 'meta-type', found nothing")]
    [InlineData("""[{"name":"a","meta-type":"x"},{"name":"a","meta-type":"y"}]""", "[1] 'a': expected each name once, found the name again")]
    [InlineData("""[{"name":"a","name":"b"}]""", "return[0].(unknown member): expected each name once, found the name again")]
    [InlineData("""[{"name":"\ud800"}]""", "return[0].(unknown member): expected valid Unicode, found a string with invalid UTF-8 or a lone surrogate")]
    [InlineData("""[{"name":"a","meta-type":"builtin"}]""", "[0] 'a': expected a string 'json-type', found nothing")]
    [InlineData("""[{"name":"[1]","meta-type":"array","element-type":"1"}]""", "[0] '[1]': expected the name of a type, found '1'")]
    [InlineData("""[{"name":"[1]","meta-type":"array","element-type":"[1]"}]""", "[0] '[1]': expected the name of a type, found '[1]'")]
    [InlineData("""[{"name":"0","meta-type":"object"}]""", "[0] '0': expected an array 'members', found nothing")]
    [InlineData("""[{"name":"0","meta-type":"object","members":["a"]}]""", "[0] '0': expected objects in 'members', found String")]
    [InlineData("""[{"name":"0","meta-type":"object","members":[{"name":"a","type":"9"}]}]""", "[0] '0': expected the name of a type, found '9'")]
    [InlineData("""[{"name":"0","meta-type":"object","members":[{"name":"a","type":"0"},{"name":"a","type":"0"}]}]""", "[0] '0': expected each member name once, branches included, found one again")]
    [InlineData("""[{"name":"0","meta-type":"object","members":[],"tag":"t","variants":[]}]""", "[0] '0': expected a member that is the tag, found none of that name")]
    [InlineData("""[{"name":"0","meta-type":"object","members":[{"name":"t","type":"0"}],"tag":"t","variants":[]}]""", "[0] '0': expected an enum as the tag's type, found '0'")]
    [InlineData("""[{"name":"1","meta-type":"enum","members":[{"name":"a"},{"name":"a"}]}]""", "[0] '1': expected each value once, found one again")]
    [InlineData("""[{"name":"1","meta-type":"enum","values":[1]}]""", "[0] '1': expected strings in 'values', found Number")]
    [InlineData("""[{"name":"2","meta-type":"alternate","members":[{"type":"2"}]}]""", "[0] '2': expected members with one JSON form, found the alternate '2'")]
    [InlineData("""[{"name":"c","meta-type":"command","arg-type":"1","ret-type":"1"},{"name":"1","meta-type":"enum","values":[]}]""", "[0] 'c': expected the name of an object type, found '1'")]
    [InlineData("""[{"name":"c","meta-type":"command","arg-type":"0"},{"name":"0","meta-type":"object","members":[]}]""", "[0] 'c': expected a string 'ret-type', found nothing")]
    [InlineData("""[{"name":"c","meta-type":"command","arg-type":"0","ret-type":"0","allow-oob":1},{"name":"0","meta-type":"object","members":[]}]""", "[0] 'c': expected true or false as 'allow-oob', found Number")]
    public void Broken_introspection_is_refused_with_its_entry(string json, string message) =>
        Assert.Equal("query-qmp-schema, " + message, Introspections.Refusal(json));

    [Theory]
    [InlineData("""[{"case":"b","type":"0"}]""", "'b'")]
    [InlineData("""[{"case":"a","type":"0"},{"case":"a","type":"0"}]""", "'a'")]
    public void Branch_of_no_tag_or_of_one_twice_is_refused(string variants, string found) =>
        Assert.EndsWith($"expected each value of the tag at most once in 'variants', found {found}", Introspections.Refusal($$"""
            [{"name":"0","meta-type":"object","members":[]},{"name":"1","meta-type":"enum","values":["a"]},
             {"name":"2","meta-type":"object","members":[{"name":"t","type":"1"}],"tag":"t","variants":{{variants}}}]
            """), StringComparison.Ordinal);

    [Fact]
    public void Union_that_is_its_own_branch_is_refused() =>
        Assert.Contains("expected each member name once", Introspections.Refusal("""
            [{"name":"1","meta-type":"enum","values":["a"]},
             {"name":"2","meta-type":"object","members":[{"name":"t","type":"1"}],"tag":"t","variants":[{"case":"a","type":"2"}]}]
            """), StringComparison.Ordinal);

    /// <summary>Ten unions, each with ten branches to the next: a few kilobytes that would unfold to ten thousand million objects.</summary>
    [Fact]
    public void Unions_that_unfold_without_end_are_refused()
    {
        var tags = string.Join(',', Enumerable.Range(0, 10).Select(tag => $"\"{tag}\""));
        var unions = Enumerable.Range(2, 10).Select(name =>
            $$"""{"name":"{{name}}","meta-type":"object","members":[{"name":"t{{name}}","type":"1"}],"tag":"t{{name}}","variants":[{{Variants(name + 1)}}]}""");
        var json = $$"""[{"name":"1","meta-type":"enum","values":[{{tags}}]},{"name":"12","meta-type":"object","members":[]},{{string.Join(',', unions)}}]""";

        Assert.Contains("1000000 members unfolded", Introspections.Refusal(json), StringComparison.Ordinal);

        static string Variants(int next) => string.Join(',', Enumerable.Range(0, 10).Select(tag => $$"""{"case":"{{tag}}","type":"{{next}}"}"""));
    }

    [Fact]
    public void Mutated_introspection_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, 4_000], Gen.OneOf<byte>([.. "\"[]{}:,01t\\u"u8.ToArray()]), Gen.Bool).Array[1, 6].Sample(
            mutations =>
            {
                var json = Encoding.UTF8.GetBytes(Introspections.Small).ToList();
                foreach (var (place, value, insert) in mutations)
                {
                    if (insert)
                        json.Insert(place % json.Count, value);
                    else
                        json[place % json.Count] = value;
                }
                AssertReadOrRefused([.. json]);
            },
            iter: 5_000);

    /// <summary>References to other types than QEMU's: the text stays sound, the meaning does not.</summary>
    [Fact]
    public void Introspection_with_other_references_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, 200], Gen.OneOf("0", "1", "2", "3", "4", "7", "[4]", "str", "stop", "nothing")).Array[1, 3].Sample(
            swaps =>
            {
                var parts = Introspections.Small.Split("type\":\"");
                foreach (var (place, type) in swaps)
                {
                    var part = parts[1 + (place % (parts.Length - 1))];
                    parts[1 + (place % (parts.Length - 1))] = type + part[part.IndexOf('"', StringComparison.Ordinal)..];
                }
                AssertReadOrRefused(Encoding.UTF8.GetBytes(string.Join("type\":\"", parts)));
            },
            iter: 5_000);

    private static void AssertReadOrRefused(byte[] json)
    {
        try
        {
            Assert.NotNull(QapiIntrospection.Read(json));
        }
        catch (QapiIntrospectionException refused)
        {
            Assert.StartsWith("query-qmp-schema, ", refused.Message, StringComparison.Ordinal);
        }
    }
}
