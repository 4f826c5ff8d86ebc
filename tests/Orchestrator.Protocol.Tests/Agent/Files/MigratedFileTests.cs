using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

/// <summary>Transfers of a guest that is migrated under each of their steps: what was read and written is what there is.</summary>
public sealed class MigratedFileTests
{
    private static readonly CommandResult Migrated = new CommandResult.NoReply(NoReplyCause.Migrated, Written: true, "migrated");

    public static TheoryData<string, bool> Steps => new()
    {
        { "guest-file-open", true }, { "guest-file-open", false }, { "guest-file-read", true }, { "guest-file-read", false },
        { "guest-file-seek", true }, { "guest-file-seek", false }, { "guest-file-close", true }, { "guest-file-close", false },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_pull_comes_whole_whether_the_step_had_run_or_not(string step, bool hadRun)
    {
        var guest = new GuestFileSystem { Files = { [Transfers.Path] = Transfers.Bytes(3 * Transfers.Chunk) } };

        var (result, _, whole) = await Transfers.PullAsync(new Migrating(guest, step, hadRun));

        Assert.Equal(guest.Files[Transfers.Path], whole);
        Assert.Equal(3 * Transfers.Chunk, Transfers.Value(result).GetProperty("count").GetInt32());
    }

    /// <summary>Loses the answer to the second step of a name, or the only one, before or after it has run.</summary>
    private sealed class Migrating(IAgentChannel guest, string step, bool hadRun) : IAgentChannel
    {
        private int _seen;

        public async Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
        {
            var isLost = command.Name == step && ++_seen == (step is "guest-file-read" ? 2 : 1);
            if (isLost && !hadRun)
                return Migrated;
            var answer = await guest.ExecuteAsync(command, timeout);
            return isLost ? Migrated : answer;
        }

        public void CloseLater(EncodedCommand close) => guest.CloseLater(close);
    }
}
