using Orchestrator.Bench.Soak.Measuring;

namespace Orchestrator.Bench.Tests.Soak;

public class OpenFilesTests
{
    [Theory]
    [InlineData("socket:[12345]", "socket")]
    [InlineData("pipe:[7]", "pipe")]
    [InlineData("anon_inode:[eventpoll]", "anon_inode")]
    [InlineData("/var/lib/orchestrator/events.db-wal", "events.db-wal")]
    [InlineData("/dev/null", "null")]
    public void Kind_is_what_files_have_in_common(string target, string kind) => Assert.Equal(kind, OpenFiles.Kind(target));

    [Fact]
    public void Files_of_a_process_are_counted_by_name()
    {
        var path = Path.GetTempFileName();
        var name = Path.GetFileName(path);
        Assert.False(OpenFiles.Of(Environment.ProcessId).ContainsKey(name));

        using (File.OpenRead(path))
        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            Assert.Equal(2, OpenFiles.Of(Environment.ProcessId)[name]);
        }
        File.Delete(path);
    }

    [Fact]
    public void Sockets_are_counted()
    {
        var before = OpenFiles.Of(Environment.ProcessId).GetValueOrDefault("socket");
        var sockets = Enumerable.Range(0, 200).Select(_ => new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified)).ToList();

        // Other tests open and close some beside this one.
        Assert.InRange(OpenFiles.Of(Environment.ProcessId)["socket"], before + 100, before + 300);
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void Process_that_has_ended_is_told() => Assert.Throws<BenchException>(() => OpenFiles.Of(int.MaxValue));

    [Fact]
    public void Number_of_the_kernel_is_read()
    {
        const string Status = "Name:\torchestrator\nVmRSS:\t  148112 kB\nRssAnon:\t   85116 kB\nThreads:\t31\n";

        Assert.Equal((85116, 31), (NodeProbe.Number(Status, "RssAnon:"), NodeProbe.Number(Status, "Threads:")));
        Assert.Throws<BenchException>(() => NodeProbe.Number(Status, "FDSize:"));
    }
}
