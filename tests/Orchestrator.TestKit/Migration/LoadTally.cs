namespace Orchestrator.TestKit.Migration;

/// <summary>How the commands of one class ended.</summary>
/// <param name="Name">Of the class.</param>
/// <param name="Sent">All of them.</param>
/// <param name="Right">Succeeded, with the answer that they must have.</param>
/// <param name="Wrong">Another answer than that.</param>
/// <param name="Unknown">Told as <c>Unknown</c>.</param>
/// <param name="Failed">Any other end.</param>
/// <param name="Duplicates">Ran more than once, as the guest itself has it; only of programs.</param>
public sealed record LoadTally(string Name, int Sent = 0, int Right = 0, int Wrong = 0, int Unknown = 0, int Failed = 0, int Duplicates = 0)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Name}: {Sent} sent, {Right} right, {Wrong} wrong, {Unknown} unknown, {Failed} failed, {Duplicates} twice";
}
