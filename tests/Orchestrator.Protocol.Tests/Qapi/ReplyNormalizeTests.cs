using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ReplyNormalizeTests
{
    [Theory]
    [InlineData(""" { "a" : [ 1 , -2.5 , true , false , null , "x" ] , "b" : { } } """, """{"a":[1,-2.5,true,false,null,"x"],"b":{}}""")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("18446744073709551616", "1.8446744073709552E+19")]
    [InlineData("\"\\u00e4\\u0007\"", "\"ä\\u0007\"")]
    [InlineData("""{"a\nb":1}""", """{"a\nb":1}""")]
    public void Value_is_kept_and_written_compactly(string json, string expected) => Assert.Equal(expected, Transcoded.Normalize(json).Json);

    [Theory]
    [InlineData("""{"a":{"b":1,"\u0062":2}}""", "return.(unknown member).(unknown member)")]
    [InlineData("""[1,[2,1e999]]""", "return[1][1]")]
    public void Violation_has_its_place(string json, string path) => Assert.Equal(path, Transcoded.Normalize(json).Violation!.Path);

    [Fact]
    public void Introspection_sized_result_is_within_the_limits()
    {
        var json = "[" + string.Join(',', Enumerable.Range(0, 2_000).Select(i => $$"""{"name":"{{i}}","meta-type":"object","members":[{"name":"m","type":"{{i}}"}]}""")) + "]";

        Assert.Equal(json, Transcoded.Normalize(json, QapiLimits.Qemu).Json);
    }
}
