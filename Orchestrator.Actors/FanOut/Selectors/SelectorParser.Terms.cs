using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Selectors;

internal sealed partial class SelectorParser
{
    private SelectorNode? ParseTerm(ReadOnlySpan<char> word)
    {
        if (Current is '\'' or '"')
        {
            return ReadQuoted() is { } name ? new NameTerm(new ExactPattern(name)) : null;
        }

        if (SelectorSyntax.IsDelimiter(Current))
        {
            return Fail<SelectorNode>(_position, $"\"{Current}\" where a term should stand", TermExpected);
        }

        if (IsBareKeyword(word, "and") || IsBareKeyword(word, "or"))
        {
            return Fail<SelectorNode>(_position, $"\"{word}\" where a term should stand", $"{TermExpected}; a VM of this name is written '{word}'");
        }

        if (_position + word.Length < text.Length && text[_position + word.Length] == ':')
        {
            return ParseFilter(word);
        }

        var start = _position;
        if (ReadPattern(isName: true) is not { } pattern)
        {
            return null;
        }

        return SelectorSyntax.IsUuid(text.AsSpan(start, _position - start), out var uuid) ? new IdTerm(new VmId(uuid)) : new NameTerm(pattern);
    }

    private SelectorNode? ParseFilter(ReadOnlySpan<char> prefix)
    {
        var start = _position;
        _position += prefix.Length + 1;
        return prefix switch
        {
            "l" or "L" => ParseEntry("a label's key", (key, value) => new LabelTerm(key, value)),
            "f" or "F" => ParseEntry("a fact's key, such as os.id", (key, value) => new FactTerm(key, value)),
            "h" or "H" => ReadValue("the name of a VmHost") is { } pattern ? new HostTerm(pattern) : null,
            "s" or "S" => ParseState(),
            _ => Fail<SelectorNode>(start, $"unknown prefix {SelectorError.Show(prefix)}", "l: (label), f: (fact), h: (VmHost) or s: (state); a name with a colon is quoted"),
        };
    }

    private SelectorNode? ParseEntry(string expected, Func<string, TextPattern?, SelectorNode> make)
    {
        if (ReadKey(expected) is not { } key)
        {
            return null;
        }

        var comparison = ReadComparison();
        if (comparison == Comparison.None)
        {
            return make(key, null);
        }

        return ReadValue("a value ('' is the empty one)") is { } value ? Compared(comparison, make(key, value)) : null;
    }

    private SelectorNode? ParseState()
    {
        SkipWhitespace();
        var start = _position;
        if (ReadKey($"state=, agent= or one of {Names<VmState>()}") is not { } key)
        {
            return null;
        }

        var comparison = ReadComparison();
        if (comparison == Comparison.None)
        {
            return StateNamed<VmState>(key, start, "; for the agent, s:agent=") is { } state ? new StateTerm(state) : null;
        }

        var isAgent = key.Equals("agent", StringComparison.OrdinalIgnoreCase);
        if (!isAgent && !key.Equals("state", StringComparison.OrdinalIgnoreCase))
        {
            return Fail<SelectorNode>(start, $"unknown kind of state {SelectorError.Show(key)}", "state or agent");
        }

        SkipWhitespace();
        start = _position;
        if (ReadKey($"one of {(isAgent ? Names<AgentState>() : Names<VmState>())}") is not { } name)
        {
            return null;
        }

        SelectorNode? term = isAgent
            ? StateNamed<AgentState>(name, start, "") is { } agent ? new AgentTerm(agent) : null
            : StateNamed<VmState>(name, start, "") is { } vm ? new StateTerm(vm) : null;
        return term is null ? null : Compared(comparison, term);
    }

    private T? StateNamed<T>(string name, int start, string hint)
        where T : struct, Enum
    {
        foreach (var state in Enum.GetValues<T>())
        {
            if (state.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return state;
            }
        }

        Fail<SelectorNode>(start, $"unknown {(typeof(T) == typeof(AgentState) ? "agent state" : "state")} {SelectorError.Show(name)}", $"one of {Names<T>()}{hint}");
        return null;
    }

    private static string Names<T>()
        where T : struct, Enum
        => string.Join(", ", Enum.GetNames<T>());

    private static SelectorNode Compared(Comparison comparison, SelectorNode equal) =>
        comparison == Comparison.NotEqual ? new NotNode(equal) : equal;
}
