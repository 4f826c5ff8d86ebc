using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Packaging;

/// <summary>What the systemd unit takes for granted of the program. systemd's own view of it is tested with the program, end to end.</summary>
public sealed class ServiceUnitDefaultsTests
{
    private static readonly string[] Lines = Repository.Read("config/systemd/orchestrator.service").Split('\n');

    [Fact]
    public void Program_writes_where_the_unit_lets_it()
    {
        var variables = Lines.Where(line => line.StartsWith("Environment=")).SelectMany(line => line["Environment=".Length..].Split(' '))
            .Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal($"/var/lib/{Value("StateDirectory")}", DefaultDataDirectory.Path(999, variables.GetValueOrDefault));
        Assert.Equal($"/run/{Value("RuntimeDirectory")}", Path.GetDirectoryName(DefaultEndpoint.SocketPath(999, variables.GetValueOrDefault)));
        // Root is a client there without being told.
        Assert.Equal(DefaultEndpoint.SocketPath(0, _ => null), DefaultEndpoint.SocketPath(999, variables.GetValueOrDefault));
        Assert.Equal(("0700", "0700"), (Value("StateDirectoryMode"), Value("RuntimeDirectoryMode")));
    }

    [Fact]
    public void Command_line_is_the_programs() => Assert.Empty(CommandLines.ErrorsOf(Value("ExecStart").Split(' ').Skip(1)));

    [Fact]
    public void Node_has_the_time_to_hand_over_twice() =>
        Assert.True(TimeSpan.FromSeconds(int.Parse(Value("TimeoutStopSec"))) >= 2 * Server.LeaveTimeout);

    private static string Value(string setting) => Lines.Single(line => line.StartsWith(setting + "="))[(setting.Length + 1)..];
}
