using System.Text;
using Orchestrator.Protocol.Client;

namespace Orchestrator.Protocol.Tests.Client;

public class QapiReaderTests
{
    [Theory]
    [InlineData("-129", -128, 127, false)]
    [InlineData("-128", -128, 127, true)]
    [InlineData("127", -128, 127, true)]
    [InlineData("1.0", -128, 127, false)]
    [InlineData("1e0", -128, 127, false)]
    [InlineData("true", -128, 127, false)]
    public void Integer_is_within_its_range(string json, long minimum, long maximum, bool fits) =>
        Assert.Equal(fits, Fits(json, (ref reader) => reader.ReadInt64(minimum, maximum)));

    [Theory]
    [InlineData("18446744073709551615", ulong.MaxValue, true)]
    [InlineData("18446744073709551616", ulong.MaxValue, false)]
    [InlineData("-1", ulong.MaxValue, false)]
    [InlineData("256", 255, false)]
    public void Unsigned_integer_is_within_its_range(string json, ulong maximum, bool fits) =>
        Assert.Equal(fits, Fits(json, (ref reader) => reader.ReadUInt64(maximum)));

    [Theory]
    [InlineData("\"/w==\"", true)]
    [InlineData("\"/w=\"", false)]
    [InlineData("\"\"", true)]
    [InlineData("7", false)]
    public void Bytes_are_base64(string json, bool fits) => Assert.Equal(fits, Fits(json, (ref reader) => reader.ReadBytes()));

    [Theory]
    [InlineData("1e999")]
    [InlineData("\"1\"")]
    [InlineData("nan")]
    public void Number_is_finite(string json) => Assert.False(Fits(json, (ref reader) => reader.ReadDouble()));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"a\" \"b\"")]
    public void Text_that_is_no_JSON_string_is_refused(string json) => Assert.False(Fits(json, (ref reader) => reader.ReadString()));

    [Theory]
    [InlineData("[[true],[true,1]]", "[1][1]")]
    [InlineData("[[],7]", "[1]")]
    [InlineData("[[true], [true, {\"a\": [\"}\", {}]}]]", "[1][1]")]
    public void Path_leads_to_the_value_that_does_not_fit(string json, string path)
    {
        var failure = Assert.Throws<QapiReadException>(() => QapiJson.Read(
            Encoding.UTF8.GetBytes(json), (ref reader) => reader.ReadList((ref reader) => reader.ReadList((ref reader) => reader.ReadBoolean()))));

        Assert.Equal(path, failure.Path);
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.False(Fits(new string('[', 100_000), (ref reader) => reader.ReadAny()));

    private static bool Fits<T>(string json, QapiRead<T> read)
    {
        try
        {
            QapiJson.Read(Encoding.UTF8.GetBytes(json), read);
            return true;
        }
        catch (QapiReadException)
        {
            return false;
        }
    }
}
