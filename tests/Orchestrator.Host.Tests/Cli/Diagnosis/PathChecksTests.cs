using System.Net.Sockets;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Diagnosis;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Cli.Diagnosis;

public sealed class PathChecksTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-paths-");

    private string SocketPath => Path.Combine(_directory.FullName, "server.sock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Private_socket_in_a_private_directory_is_well()
    {
        using var socket = Listen();

        Assert.Empty(OfEndpoint());
    }

    [Fact]
    public void Socket_that_others_may_open_is_an_error()
    {
        using var socket = Listen();
        File.SetUnixFileMode(SocketPath, Private | UnixFileMode.GroupWrite);

        Assert.Contains("is open to other users (mode 0720)", Assert.Single(OfEndpoint()).Evidence);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite, 1)]
    [InlineData(UnixFileMode.GroupWrite, 1)]
    [InlineData(UnixFileMode.OtherWrite | UnixFileMode.StickyBit, 0)]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.OtherExecute, 0)]
    public void Directory_in_which_others_can_replace_the_socket_is_an_error(UnixFileMode more, int findings)
    {
        using var socket = Listen();
        File.SetUnixFileMode(_directory.FullName, Private | more);

        Assert.Equal(findings, OfEndpoint().Count(finding => finding.Severity == Severity.Error));
    }

    [Fact]
    public void Something_else_in_the_place_of_the_socket_is_an_error()
    {
        File.WriteAllText(SocketPath, "");

        Assert.Contains("is no socket", Assert.Single(OfEndpoint()).Evidence);
    }

    [Fact]
    public void Missing_socket_and_url_have_no_permissions()
    {
        Assert.Empty(OfEndpoint());
        Assert.Empty(new PathChecks(DefaultEndpoint.UserId).OfEndpoint(ServerEndpoint.Parse("http://127.0.0.1:1")));
    }

    [Fact]
    public void Socket_of_another_user_is_a_warning_to_all_but_root()
    {
        using var socket = Listen();

        Assert.Equal(Severity.Warning, Assert.Single(new PathChecks(DefaultEndpoint.UserId + 1).OfEndpoint(ServerEndpoint.Parse(SocketPath))).Severity);
    }

    [Fact]
    public void Data_directory_that_others_may_look_into_is_a_warning()
    {
        var sockets = _directory.CreateSubdirectory("qmp");
        File.WriteAllText(Path.Combine(sockets.FullName, "node.lock"), "");
        File.SetUnixFileMode(sockets.FullName, Private | UnixFileMode.OtherExecute);

        var finding = Assert.Single(OfData(Path.Combine(sockets.FullName, "web1.sock")));
        Assert.Equal((Severity.Warning, $"{sockets.FullName} is open to other users (mode 0701)"), (finding.Severity, finding.Evidence));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("web1.sock")]
    [InlineData("/nonexistent/data/qmp/web1.sock")]
    public void Data_directory_of_another_machine_is_left_alone(string? socket) => Assert.Empty(OfData(socket));

    [Fact]
    public void Directory_that_is_not_the_servers_own_is_left_alone()
    {
        File.SetUnixFileMode(_directory.FullName, Private | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        Assert.Empty(OfData(Path.Combine(_directory.CreateSubdirectory("qmp").FullName, "web1.sock")));
    }

    [Fact]
    public void Data_directory_of_another_user_is_a_note()
    {
        var sockets = _directory.CreateSubdirectory("qmp");
        foreach (var directory in (string[])[_directory.FullName, sockets.FullName])
        {
            File.WriteAllText(Path.Combine(directory, "node.lock"), "");
            File.SetUnixFileMode(directory, Private);
        }

        Assert.Empty(OfData(Path.Combine(sockets.FullName, "web1.sock")));
        Assert.All(new PathChecks(DefaultEndpoint.UserId + 1).OfData(Path.Combine(sockets.FullName, "web1.sock")), finding => Assert.Equal(Severity.Note, finding.Severity));
    }

    private Socket Listen()
    {
        var socket = ListenEndpoint.Bind(new UnixDomainSocketEndPoint(SocketPath));
        socket.Listen();
        return socket;
    }

    private Finding[] OfEndpoint() => [.. new PathChecks(DefaultEndpoint.UserId).OfEndpoint(ServerEndpoint.Parse(SocketPath))];

    private static Finding[] OfData(string? socket) => [.. new PathChecks(DefaultEndpoint.UserId).OfData(socket)];
}
