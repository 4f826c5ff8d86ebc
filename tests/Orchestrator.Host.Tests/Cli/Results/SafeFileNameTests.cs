using CsCheck;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class SafeFileNameTests
{
    [Theory]
    [InlineData("web1", "web1")]
    [InlineData("db:1_a+b@c=d.e-f", "db:1_a+b@c=d.e-f")]
    [InlineData("", "%")]
    [InlineData(".", "%2E")]
    [InlineData("..", "%2E.")]
    [InlineData("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd")]
    [InlineData("/etc/passwd", "%2Fetc%2Fpasswd")]
    [InlineData("-rf", "%2Drf")]
    [InlineData("a b\n\0%", "a%20b%0A%00%25")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("hosts.failed", "hosts%2Efailed")]
    [InlineData("hosts", "hosts")]
    [InlineData("web1.err", "web1%2Eerr")]
    [InlineData("web1.err.truncated", "web1.err%2Etruncated")]
    [InlineData("web1.part", "web1%2Epart")]
    [InlineData(".err", "%2Eerr")]
    public void Name_becomes_one_of_a_file(string name, string expected) => Assert.Equal(expected, SafeFileName.Of(name));

    [Fact]
    public void Long_names_are_cut_and_stay_different()
    {
        var (one, other) = (SafeFileName.Of(new string('x', 5000) + "1"), SafeFileName.Of(new string('x', 5000) + "2"));

        Assert.NotEqual(one, other);
        Assert.All([one, other], name => Assert.InRange(name.Length, 180, 220));
    }

    [Fact]
    public void Different_names_are_different_files_of_the_directory() => Gen.Select(Name, Name).Sample((one, other) =>
    {
        var (first, second) = (SafeFileName.Of(one), SafeFileName.Of(other));

        Assert.Equal(one == other, first == second);
        Assert.Equal(first, Path.GetFileName(first));
        Assert.DoesNotContain(SafeFileName.Endings, ending => first.EndsWith(ending, StringComparison.Ordinal));
        Assert.False(first is "." or ".." || first.StartsWith(SafeFileName.ListPrefix, StringComparison.Ordinal) || first.StartsWith('-'));
    });

    private static Gen<string> Name => Gen.OneOf(Gen.Char["a./%E2-~"].Array[0, 6].Select(letters => new string(letters)), Gen.OneOf(Gen.Const("hosts."), Gen.Const("a.err"), Gen.Const("a%2Eerr"), Gen.Const("hosts%2E")));
}
