using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>Below /tmp anybody can be there first: the default endpoint's directory must be its user's own.</summary>
public sealed class PrivateDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    private string Own => Path.Combine(_directory.FullName, "own");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Directory_that_is_not_there_is_made_private()
    {
        PrivateDirectory.Take(Own, DefaultEndpoint.UserId);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Own));
    }

    [Fact]
    public void Directory_of_ones_own_is_taken_again()
    {
        PrivateDirectory.Take(Own, DefaultEndpoint.UserId);
        PrivateDirectory.Take(Own, DefaultEndpoint.UserId);
    }

    [Fact]
    public void Directory_of_another_user_is_refused()
    {
        Directory.CreateDirectory(Own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Contains($"belongs to user {DefaultEndpoint.UserId}", Refusal(DefaultEndpoint.UserId + 1));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupExecute)]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void Directory_that_others_may_use_is_refused(UnixFileMode others)
    {
        Directory.CreateDirectory(Own);
        File.SetUnixFileMode(Own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | others);
        Assert.Contains("chmod 700", Refusal(DefaultEndpoint.UserId));
    }

    [Fact]
    public void Link_to_a_directory_is_refused()
    {
        var target = Path.Combine(_directory.FullName, "target");
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(Own, target);
        Assert.Contains("is not a directory", Refusal(DefaultEndpoint.UserId));
    }

    [Fact]
    public void File_in_its_place_is_refused()
    {
        File.WriteAllText(Own, "");
        Assert.NotEqual("", Refusal(DefaultEndpoint.UserId));
    }

    private string Refusal(uint user) => Assert.Throws<ServeException>(() => PrivateDirectory.Take(Own, user)).Message;
}
