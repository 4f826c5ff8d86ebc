using CsCheck;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class TargetSelectorPropertyTests
{
    /// <summary>Terms beside what they mean.</summary>
    private static readonly Gen<Meaning> Terms = Gen.OneOf(
        new Meaning("web1", vm => vm.Name == "web1"),
        new Meaning("'and'", vm => vm.Name == "and"),
        new Meaning("\"a'b\"", vm => vm.Name == "a'b"),
        new Meaning("web*", vm => vm.Name.StartsWith("web", StringComparison.Ordinal)),
        new Meaning("web[01-20]", vm => vm.Name == "web07"),
        new Meaning("rack[1-2]-vm[01-04]", vm => vm.Name == "rack1-vm01"),
        new Meaning("h:host2", vm => vm.Host == "host2"),
        new Meaning("l:tier", vm => vm.Labels.ContainsKey("tier")),
        new Meaning("l:tier = f*", vm => vm.Labels.GetValueOrDefault("tier") == "front"),
        new Meaning("l:tier!=front", vm => vm.Labels.GetValueOrDefault("tier") != "front"),
        new Meaning("f:os.id=debian", vm => vm.Facts.GetValueOrDefault("os.id") == "debian"),
        new Meaning("s:running", vm => vm.State == VmState.Running),
        new Meaning("s:agent=ready", vm => vm.Agent == AgentState.Ready),
        new Meaning(Uuid.ToString("D"), vm => vm.Id is not null));

    private static readonly Gen<Meaning> Selectors = Nested(4);

    private static readonly Gen<string> Scraps = Gen.OneOf<string>(
        Gen.OneOf("(", ")", "[", "]", "!", "&", "|", ",", "=", "!=", ":", "'", "\"", " ", "\t", "*", "?", "-"),
        Gen.OneOf("and", "or", "not", "l:", "f:", "h:", "s:", "s:agent=", "web", "01", "7", "1-3", "Running", "Ready", Uuid.ToString("D")),
        Gen.String[0, 3]).Array[0, 14].Select(string.Concat);

    [Fact]
    public void Any_text_is_a_selector_or_an_error_within_it() => Gen.OneOf<string>(Scraps, Gen.String).Select(AnyVm).Sample((text, vm) =>
    {
        if (TargetSelector.TryParse(text, out var selector, out var error))
        {
            Assert.Null(error);
            Assert.Equal(text, selector.Text);
            selector.Matches(vm);
            return;
        }

        Assert.Null(selector);
        Assert.InRange(error.Position, 0, text.Length);
        var lines = error.Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.InRange(lines[2].IndexOf('^'), 2, lines[1].Length);
    }, iter: 20_000);

    [Fact]
    public void Selector_means_what_its_parts_mean() => Selectors.Select(AnyVm).Sample(
        (selector, vm) => Assert.Equal(selector.Of(vm), Matches(selector.Text, vm)), iter: 20_000);

    [Fact]
    public void Vm_that_matches_has_one_of_the_pins() => Selectors.Select(AnyVm).Sample(
        (selector, vm) =>
        {
            var pins = Parse(selector.Text).Pins();
            Assert.True(pins is null || !selector.Of(vm) || pins.Names.Contains(vm.Name) || (vm.Id is { } id && pins.Ids.Contains(id)));
        },
        iter: 20_000);

    [Fact]
    public void Double_negation_is_none() => Selectors.Select(AnyVm).Sample((x, vm) =>
        Assert.Equal(Matches(x.Text, vm), Matches($"not(not({x.Text}))", vm)));

    [Fact]
    public void Negation_obeys_de_morgan() => Gen.Select(Selectors, Selectors, AnyVm).Sample((x, y, vm) =>
    {
        Assert.Equal(Matches($"!(({x.Text})&({y.Text}))", vm), Matches($"not ({x.Text}) or not ({y.Text})", vm));
        Assert.Equal(Matches($"!(({x.Text}),({y.Text}))", vm), Matches($"not ({x.Text}) and not ({y.Text})", vm));
    });

    [Fact]
    public void Quoted_name_selects_exactly_that_name() => Gen.OneOf<string>(Scraps, Gen.String).Select(AnyVm).Sample((name, other) =>
    {
        var selector = Parse(TargetSelector.Quote(name));
        Assert.True(selector.Matches(Vm(name)));
        Assert.Equal(other.Name == name, selector.Matches(other));
    });

    private static Gen<Meaning> Nested(int depth) => depth == 0 ? Terms : Gen.Frequency<Meaning>(
        (2, Terms),
        (1, Gen.Select(Nested(depth - 1), Gen.OneOf("!", "not ", " NOT\t", " ! "), (x, not) => x.Not(not))),
        (2, Gen.Select(Nested(depth - 1), Nested(depth - 1), Gen.OneOf("&", " and ", "\nAnd  ", " & "), (x, y, and) => x.And(and, y))),
        (2, Gen.Select(Nested(depth - 1), Nested(depth - 1), Gen.OneOf("|", ",", " or ", " OR\r\n", " , "), (x, y, or) => x.Or(or, y))));

    /// <param name="Text">As a selector.</param>
    /// <param name="Of">What it says of a VM.</param>
    /// <param name="Binding">How tightly its outermost operator binds: 0 or, 1 and, 2 not and terms.</param>
    private sealed record Meaning(string Text, Func<VmSnapshot, bool> Of, int Binding = 2)
    {
        public Meaning Not(string not) => new(not + In(2), vm => !Of(vm));

        public Meaning And(string and, Meaning other) => new(In(1) + and + other.In(1), vm => Of(vm) && other.Of(vm), 1);

        public Meaning Or(string or, Meaning other) => new(In(0) + or + other.In(0), vm => Of(vm) || other.Of(vm), 0);

        private string In(int binding) => Binding < binding ? $"({Text})" : Text;
    }
}
