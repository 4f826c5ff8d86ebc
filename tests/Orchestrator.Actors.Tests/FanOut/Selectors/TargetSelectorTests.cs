using System.Collections.Frozen;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class TargetSelectorTests
{
    [Theory]
    [InlineData("web1", "web1", true)]
    [InlineData("web1", "Web1", false)]
    [InlineData("web1", "web11", false)]
    [InlineData("*", "anything", true)]
    [InlineData("web*", "web", true)]
    [InlineData("web*", "aweb", false)]
    [InlineData("*db", "maindb", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("web?", "web1", true)]
    [InlineData("web?", "web12", false)]
    [InlineData("web?", "web\U0001F980", true)]
    [InlineData("*e*1*", "web-a10", true)]
    [InlineData("**", "x", true)]
    [InlineData("web[01-20]", "web07", true)]
    [InlineData("web[01-20]", "web7", false)]
    [InlineData("web[01-20]", "web20", true)]
    [InlineData("web[01-20]", "web21", false)]
    [InlineData("web[01-20]", "web00", false)]
    [InlineData("web[01-20]", "web007", false)]
    [InlineData("web[1-20]", "web7", true)]
    [InlineData("web[1-20]", "web07", false)]
    [InlineData("web[01-120]", "web99", true)]
    [InlineData("web[01-120]", "web120", true)]
    [InlineData("web[01-120]", "web099", false)]
    [InlineData("web[1-3,7]", "web7", true)]
    [InlineData("web[1-3,7]", "web5", false)]
    [InlineData("web[ 1 - 3 , 7 ]", "web2", true)]
    [InlineData("rack[1-2]-vm[01-04]", "rack2-vm04", true)]
    [InlineData("rack[1-2]-vm[01-04]", "rack3-vm04", false)]
    [InlineData("rack[1-2]-vm[01-04]", "rack2-vm05", false)]
    [InlineData("[1-20]5", "205", true)]
    [InlineData("[1-20]5", "15", true)]
    [InlineData("[1-20]5", "215", false)]
    [InlineData("[0-9][0-9]", "07", true)]
    [InlineData("web[0-1000000000]", "web1000000000", true)]
    [InlineData("web[0-1000000000]", "web1000000001", false)]
    [InlineData("*[1-3].lan", "web-2.lan", true)]
    [InlineData("not*", "nothing", true)]
    [InlineData("and[1-2]", "and1", true)]
    [InlineData("'and'", "and", true)]
    [InlineData("\"and\"", "and", true)]
    [InlineData("'web*'", "web*", true)]
    [InlineData("'web*'", "web1", false)]
    [InlineData("'it''s'", "it's", true)]
    [InlineData("\"it's \"\"it\"\"\"", "it's \"it\"", true)]
    public void Name_matches_its_pattern(string text, string name, bool expected) => Assert.Equal(expected, Matches(text, Vm(name)));

    [Theory]
    [InlineData("l:tier=front", true)]
    [InlineData("l:tier=fr*", true)]
    [InlineData("l:tier=back", false)]
    [InlineData("l:tier", true)]
    [InlineData("l:missing", false)]
    [InlineData("l:missing=*", false)]
    [InlineData("l:tier!=back", true)]
    [InlineData("l:tier!=front", false)]
    [InlineData("l:missing!=x", true)]
    [InlineData("L:tier==front", true)]
    [InlineData("l: tier != back", true)]
    [InlineData("l:empty=''", true)]
    [InlineData("l:empty=?*", false)]
    [InlineData("l:'odd key'=a:b=c", true)]
    [InlineData("l:state=or", true)]
    [InlineData("f:os.id=debian", true)]
    [InlineData("f:os.id!=debian", false)]
    [InlineData("f:os.id", true)]
    [InlineData("f:tier=front", false)]
    [InlineData("h:host3", true)]
    [InlineData("h:host[1-3]", true)]
    [InlineData("h:host*", true)]
    [InlineData("h:host", false)]
    [InlineData("s:Paused", true)]
    [InlineData("s:paused", true)]
    [InlineData("s:STATE=pauseD", true)]
    [InlineData("s:state=Running", false)]
    [InlineData("s:state!=Running", true)]
    [InlineData("s:agent=Ready", true)]
    [InlineData("S:Agent = ready", true)]
    [InlineData("s:agent=Absent", false)]
    [InlineData("6f1d8a52-93f4-4c0b-8a1e-0123456789ab", true)]
    [InlineData("6F1D8A52-93F4-4C0B-8A1E-0123456789AB", true)]
    [InlineData("6f1d8a52-93f4-4c0b-8a1e-0123456789ac", false)]
    [InlineData("'6f1d8a52-93f4-4c0b-8a1e-0123456789ab'", false)]
    public void Term_looks_at_its_own_property(string text, bool expected)
    {
        var vm = Vm("x") with
        {
            Id = new VmId(Uuid),
            Host = "host3",
            State = VmState.Paused,
            Agent = AgentState.Ready,
            Labels = new Dictionary<string, string> { ["tier"] = "front", ["empty"] = "", ["odd key"] = "a:b=c", ["state"] = "or" }.ToFrozenDictionary(),
            Facts = Entries("os.id", "debian"),
        };
        Assert.Equal(expected, Matches(text, vm));
    }

    [Fact]
    public void Uuid_does_not_match_a_vm_without_identity() => Assert.False(Matches(Uuid.ToString("D"), Vm("x")));

    [Fact]
    public void Text_is_kept_as_written() => Assert.Equal(" web1 ,db* ", Parse(" web1 ,db* ").Text);

    [Theory]
    [InlineData("web1", "web1")]
    [InlineData("a.b-c_d/e", "a.b-c_d/e")]
    [InlineData("AND", "'AND'")]
    [InlineData("l:x", "'l:x'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("web[1]", "'web[1]'")]
    [InlineData("", "''")]
    [InlineData("6f1d8a52-93f4-4c0b-8a1e-0123456789ab", "'6f1d8a52-93f4-4c0b-8a1e-0123456789ab'")]
    public void Quote_quotes_what_would_mean_something_else(string name, string expected) => Assert.Equal(expected, TargetSelector.Quote(name));
}
