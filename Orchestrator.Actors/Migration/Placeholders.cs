namespace Orchestrator.Actors.Migration;

/// <summary>What stands for what in the words of the configuration: <c>{name}</c>, <c>{uuid}</c>, <c>{from}</c>, <c>{to}</c>, <c>{directory}</c>, <c>{uri}</c>.</summary>
/// <param name="Name">Of the VM on its VmHost.</param>
/// <param name="Uuid">Of the VM.</param>
/// <param name="From">The source's VmHost.</param>
/// <param name="To">The destination's VmHost.</param>
public sealed record Placeholders(string Name, string Uuid, string From, string To)
{
    /// <summary>Where the destination's monitor is, as its QEMU says; <see langword="null"/> before it is known.</summary>
    public string? Directory { get; init; }

    /// <summary>Where the destination listens; <see langword="null"/> before it is known.</summary>
    public string? Uri { get; init; }

    /// <summary>The text with everything put in.</summary>
    /// <returns>The text; <see langword="null"/> if it has a placeholder that is not known.</returns>
    public string? Fill(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if ((Directory is null && template.Contains("{directory}", StringComparison.Ordinal)) || (Uri is null && template.Contains("{uri}", StringComparison.Ordinal)))
            return null;
        return template
            .Replace("{uuid}", Uuid, StringComparison.Ordinal)
            .Replace("{from}", From, StringComparison.Ordinal)
            .Replace("{to}", To, StringComparison.Ordinal)
            .Replace("{directory}", Directory, StringComparison.Ordinal)
            .Replace("{uri}", Uri, StringComparison.Ordinal)
            // Last: a VM's name may look like a placeholder.
            .Replace("{name}", Name, StringComparison.Ordinal);
    }
}
