using System.Text.RegularExpressions;

namespace Orchestrator.Host.Cli.Copies;

/// <summary>A file in guests as it is written on a command line: <c>SELECTOR:/path</c>, on Windows <c>SELECTOR:C:\path</c>.</summary>
/// <param name="Selector">Which VMs.</param>
/// <param name="Path">Absolute path in each.</param>
internal sealed partial record RemotePath(string Selector, string Path)
{
    /// <summary>Whether the selector is nothing but a name: its VM needs no mention in the local file's name.</summary>
    public bool NamesOneVm => PlainName().IsMatch(Selector);

    /// <summary>Last part of the path; empty when it ends with a separator.</summary>
    public string FileName => Path[(Path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>A path that begins with <c>/</c>, <c>./</c> or <c>../</c>, or has no <c>:/</c>, is a local one: <see langword="null"/>.</summary>
    public static RemotePath? Of(string text)
    {
        var match = text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal) ? Match.Empty : Form().Match(text);
        return match.Success ? new RemotePath(match.Groups[1].Value, match.Groups[2].Value) : null;
    }

    /// <summary>Where a VM's file goes here: into a directory with the VM's name behind its own where several VMs may be meant.</summary>
    /// <param name="destination">As it was given.</param>
    /// <param name="isDirectory">Whether that is a directory.</param>
    /// <param name="vm">Name of the VM.</param>
    public string LocalPath(string destination, bool isDirectory, string vm)
    {
        if (!isDirectory)
            return destination;
        return System.IO.Path.Combine(destination, NamesOneVm ? FileName : $"{FileName}.{vm.Replace('/', '_')}");
    }

    /// <summary>The path for a local file: a path that ends with a separator is a directory to put it into.</summary>
    public string PathFor(string localFile) => FileName.Length > 0 ? Path : Path + System.IO.Path.GetFileName(localFile);

    // The shortest selector: a path may have ':/' in it, a selector has not.
    [GeneratedRegex("""^(.+?):(/.*|[A-Za-z]:\\.*)$""", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
    private static partial Regex PlainName();
}
