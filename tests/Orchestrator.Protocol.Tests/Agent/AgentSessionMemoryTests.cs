using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>Measures the memory of the whole process, so nothing runs beside it.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public class AgentSessionMemoryTests
{
    private const string Name = "memory of the process";

    [Fact]
    public async Task Thirty_megabytes_without_a_line_end_are_not_kept_and_end_at_the_deadline()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        await test.Agent.ReadCommandAsync();
        var piece = new byte[1024 * 1024];
        piece.AsSpan().Fill((byte)'[');
        for (var i = 0; i < 5; i++)
            await test.Agent.SendRawAsync(piece);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 25; i++)
            await test.Agent.SendRawAsync(piece);

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 20 * 1024 * 1024, $"{grown} bytes are kept of 25 MiB");
        Assert.False(result.IsCompleted);
        test.PassDeadline();
        Assert.Equal(NoReplyCause.DeadlinePassed, AgentTest.CauseOf(await result).Item1);
        await test.AssertUsableAsync();
    }
}
