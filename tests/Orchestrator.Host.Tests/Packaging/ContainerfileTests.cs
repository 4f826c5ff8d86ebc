using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Packaging;

/// <summary>The image's file: no base image can be fetched where the tests run, so that each of its words is held against what it stands for.</summary>
public sealed class ContainerfileTests
{
    private static readonly string[] Known = ["ARG", "FROM", "COPY", "ENV", "VOLUME", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"];

    [Fact]
    public void Instructions_are_known_and_none_needs_a_shell()
    {
        Assert.Empty(Containerfile.Instructions.Select(line => line.Instruction).Except(Known));
        Assert.Equal(["ARG", "FROM"], Containerfile.Instructions.Take(2).Select(line => line.Instruction));
        Assert.Equal(["${RUNTIME}"], Containerfile.All("FROM"));
    }

    [Fact]
    public void Command_lines_are_the_programs()
    {
        string[] start = [.. Containerfile.Command("ENTRYPOINT"), .. Containerfile.Command("CMD")];
        var health = Containerfile.Command("HEALTHCHECK");

        Assert.Equal(start[0], health[0]);
        Assert.Empty(CommandLines.ErrorsOf(start.Skip(1)));
        Assert.Empty(CommandLines.ErrorsOf(health.Skip(1)));
    }

    [Fact]
    public void What_is_copied_is_what_is_published_and_what_is_here()
    {
        Assert.Contains("published=$root/artifacts/orchestrator\n", Repository.Read("build.sh"));
        var (published, others) = (Containerfile.Copies.First(), Containerfile.Copies.Skip(1).ToArray());

        Assert.Equal("artifacts/orchestrator/", published.Source);
        Assert.Equal(published.Destination + "orchestrator", Containerfile.Command("ENTRYPOINT")[0]);
        Assert.All(others, copy => Assert.True(Directory.Exists(Repository.PathOf(copy.Source)), copy.Source));
    }

    [Fact]
    public void User_is_none_that_a_host_has_and_owns_the_volumes_where_the_program_writes()
    {
        var user = Containerfile.All("USER").Single();
        Assert.True(uint.Parse(user.Split(':')[0]) > 60_000);
        var owned = Containerfile.All("COPY").Where(copy => copy.StartsWith($"--chown={user} ")).Select(copy => copy.Split(' ')[^1].TrimEnd('/'));
        var volumes = Containerfile.Command("VOLUME");
        Assert.Equal(owned, volumes);

        var variables = Containerfile.All("ENV").Single().Split(' ').Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.StartsWith(volumes[0] + "/", DefaultDataDirectory.Path(64646, variables.GetValueOrDefault));
        Assert.StartsWith(volumes[1] + "/", DefaultEndpoint.SocketPath(64646, variables.GetValueOrDefault));
    }

    [Fact]
    public void Ports_are_those_of_the_examples()
    {
        var options = NodeConfigFile.Load(Repository.PathOf("config/examples/three-machines/node1.yaml")).Cluster.Options("the example")!;

        Assert.Equal($"{options.Listen.Port} {options.Peer.Port}", Containerfile.All("EXPOSE").Single());
    }
}
