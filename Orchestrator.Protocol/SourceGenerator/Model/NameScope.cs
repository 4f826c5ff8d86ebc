namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>Names that must differ from each other, for example those of one type's members. The first one keeps its name, later ones get a number.</summary>
internal sealed class NameScope(params IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);

    public string Claim(string wanted)
    {
        var name = wanted;
        for (var number = 2; !_taken.Add(name); number++)
            name = wanted + number;
        return name;
    }
}
